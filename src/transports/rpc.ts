import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { handled } from './custom-transport.js';
import { nestRefusal } from './nest-exceptions.js';
import { rpcBody } from './rpc-answer.js';
import { keyOf, messageOf } from './rpc-message.js';
import type { Transport } from './transport.js';

/**
 * Reads the token of a message that is not in the metadata of the transport. It is called with the data and the context of the
 * handler: `TcpContext`, `RmqContext`, …, or the metadata of gRPC. Returns `null` without a token; then the metadata is read.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the application knows the types of its messages
export type RpcTokenCallback = (data: any, context: any) => string | null | undefined;

/** Microservices: TCP, Redis, NATS, RabbitMQ, Kafka, MQTT 5 and gRPC. The token is in the metadata of a message. */
export function rpcTransport(readToken: RpcTokenCallback | null): Transport {
  return {
    accepts: (host) => (host as Partial<ArgumentsHost>).getType?.<string>() === 'rpc',
    requestOf: (host) => messageOf(host).request,
    keyOf,
    lifetimeOf: () => 'call',
    tokenOf: (host) => (readToken === null ? null : tokenOf(host, readToken)),
    refuse: (error, host) => refuse(error, host),
  };
}

function tokenOf(host: ArgumentsHost, readToken: RpcTokenCallback): string | null {
  const [data, context] = host.getArgs<unknown[]>();
  const token = (handled(readToken(data, context)) ?? null) as unknown;
  if (token === null || typeof token === 'string') return token;
  throw new TypeError('rpc.token of JwtExtendedModule must return a string at once, or null without a token.');
}

function refuse(error: JwtExtendedException, host: ArgumentsHost): unknown {
  const refusal = nestRefusal('rpc', error, rpcBody(error, host));
  // The filter must know whether the handler has run.
  if ((host as Partial<ExecutionContext>).getHandler?.()) messageOf(host).refusals.add(error);
  return refusal;
}
