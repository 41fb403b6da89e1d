import { getJwtContext, JwtRequired, type JwtRequirement } from 'nestjs-jwt-extended';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Type } from '@nestjs/common';
import { Refused, SocketApp, type SocketKind } from '../sockets.js';
import { HANDLERS, type CallAnswer, type HandlerName, type TransportDriver } from './driver.js';
import { handlersOf } from './handlers.js';

/** A message of a gateway that is open at the handshake. Each call has a connection of its own. */
export function messageDriver(kind: SocketKind): TransportDriver {
  return {
    name: `${kind}, message`,
    async start(options) {
      const gateway = handlersOf(WebSocketGateway(), (name) => answered(name));
      const app = await SocketApp.start(kind, { providers: [gateway], options });
      return {
        async call(handler, token) {
          const socket = await app.connect(token === null ? {} : { token });
          const { event, data } = await socket.ask(handler);
          socket.close();
          return event === 'exception' ? refusalOf(data) : { ok: (data as { identity: unknown }).identity };
        },
        close: () => app.stop(),
      };
    },
  };
}

/** The handshake of a gateway with a requirement on its class. Each requirement has a namespace, or a path for `ws`. */
export function handshakeDriver(kind: SocketKind): TransportDriver {
  return {
    name: `${kind}, handshake`,
    async start(options) {
      const providers = Object.entries(HANDLERS).map(([name, requirement]) => gatewayOf(kind, name, requirement));
      // The body of HTTP has no code by default.
      const errorFormat = ({ code, message }: { code: string; message: string }) => ({ code, message });
      const app = await SocketApp.start(kind, { providers, options: { errorFormat, ...options } });
      return {
        async call(handler, token) {
          const dialing = { path: `/${handler}`, ...(token !== null && { token }) };
          try {
            const socket = await app.connect(dialing);
            const { data } = await socket.ask('who');
            socket.close();
            return { ok: (data as { identity: unknown }).identity };
          } catch (error) {
            if (error instanceof Refused) return refusalOf(error.data);
            throw error;
          }
        },
        close: () => app.stop(),
      };
    },
  };
}

function gatewayOf(kind: SocketKind, name: string, requirement: JwtRequirement): Type {
  @JwtRequired(requirement)
  @WebSocketGateway(kind === 'ws' ? { path: `/${name}` } : { namespace: `/${name}` })
  class Gateway {
    @SubscribeMessage('who')
    who(@ConnectedSocket() socket: object) {
      return { event: 'who', data: { identity: getJwtContext(socket)?.identity ?? null } };
    }
  }
  return Gateway;
}

/** A handler of a message. Nest sends what it returns with the name of the message. */
function answered(name: HandlerName): MethodDecorator {
  return (target, key, descriptor) => {
    const method = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const wrapped = function (this: unknown, ...args: unknown[]) {
      return { event: name, data: method.apply(this, args) };
    };
    Object.assign(descriptor, { value: wrapped });
    return SubscribeMessage(name)(target, key, descriptor);
  };
}

function refusalOf(data: unknown): CallAnswer {
  const { code, message } = data as { code: string; message: string };
  return { code, message };
}
