import type { WebSocketAdapter } from '@nestjs/common';
import { memberOf, membersOf } from '../types/members.js';
import { ClientDoor, type UnknownClient } from './client-door.js';
import type { Door, ServerRules } from './door.js';
import type { SocketAuthentication } from './socket-authentication.js';

/** The servers of one adapter. The value of a server is `null` if the library decides before it has a client. */
type Doors = Map<unknown, ClientDoor | null>;

const adapters = new WeakMap<object, { readonly doors: Doors; readonly options: SocketAuthentication }>();

const NAMES = ['requestOf', 'end'] as const satisfies (keyof SocketAuthentication)[];

/**
 * Makes an adapter authenticate its clients, if the library cannot do it in the servers of the adapter. It delays
 * `handleConnection()` and all messages until the token is checked. The adapters of `@nestjs/platform-socket.io` and
 * `@nestjs/platform-ws` need no wrapper.
 *
 * @example
 * app.useWebSocketAdapter(authenticateSockets(new MyAdapter(app)));
 */
export function authenticateSockets<Adapter extends WebSocketAdapter>(
  adapter: Adapter,
  options: SocketAuthentication = {},
): Adapter {
  const own = readOptions(options);
  const doors: Doors = new Map();
  const bindClientConnect = adapter.bindClientConnect.bind(adapter) as BindClientConnect;
  adapters.set(adapter, { doors, options: own });
  adapter.bindClientConnect = (server: unknown, connect: Connect): void => {
    const door = doors.get(server);
    if (door === undefined) {
      throw new TypeError(
        'authenticateSockets() has found no JwtExtendedModule in this application, or the adapter did not create the server ' +
          'with create(). Import JwtExtendedModule.forRoot() in the root module.',
      );
    }
    const guarded: Connect = (client, ...args) =>
      door?.enter(client as UnknownClient, args, () => connect(client, ...args));
    bindClientConnect(server, door === null ? connect : guarded);
  };
  return adapter;
}

type Connect = (client: unknown, ...args: unknown[]) => void;
type BindClientConnect = (server: unknown, connect: Connect) => void;

/**
 * Whether an adapter was wrapped.
 *
 * @internal
 */
export function isAuthenticated(adapter: object): boolean {
  return adapters.has(adapter);
}

/**
 * Notifies a wrapped adapter of a server. `door` is `null` if the library decides before the server has a client.
 *
 * @internal
 */
export function setDoor(adapter: WebSocketAdapter, server: unknown, rules: ServerRules, door: Door | null): void {
  const wrapped = adapters.get(adapter);
  if (wrapped === undefined) return;
  const { doors, options } = wrapped;
  doors.set(server, door && new ClientDoor(door, rules, options, adapter));
}

function readOptions(options: SocketAuthentication): SocketAuthentication {
  const unknown = Object.keys(options).find((name) => !NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw new TypeError(`authenticateSockets() has no option "${unknown}". Known: ${NAMES.join(', ')}.`);
  }
  for (const name of NAMES) {
    const value = memberOf(options, name);
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`authenticateSockets(): ${name} must be a function.`);
    }
  }
  return membersOf(options, NAMES);
}
