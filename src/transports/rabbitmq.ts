import type { RpcMessage } from './rpc-message.js';

/** Nest's server for RabbitMQ. */
interface RmqServer {
  /** With `false`, RabbitMQ keeps a message until the handler acknowledges it. */
  readonly noAck?: unknown;
  handleMessage: (this: RmqServer, message: unknown, ...rest: unknown[]) => unknown;
}

interface Channel {
  nack(message: object, allUpTo: boolean, requeue: boolean): void;
}

interface RmqContext {
  readonly getMessage?: (this: unknown) => object;
  readonly getChannelRef?: (this: unknown) => Channel;
}

/** The messages that RabbitMQ keeps until they are acknowledged. */
const kept = new WeakSet();

const WATCHED = Symbol.for('nestjs-jwt-extended.watched');

/**
 * Lets Nest's server record which messages must be acknowledged. Neither the message nor the context says so, and RabbitMQ closes
 * the channel if a message is acknowledged that need not be.
 */
export function watchRmqServer(server: unknown): void {
  const { prototype } = (server ?? {}) as { prototype?: RmqServer };
  if (typeof prototype?.handleMessage !== 'function' || WATCHED in prototype) return;
  const { handleMessage } = prototype;
  prototype.handleMessage = function (message, ...rest) {
    if (this.noAck === false && typeof message === 'object' && message !== null) kept.add(message);
    return handleMessage.call(this, message, ...rest);
  };
  Object.defineProperty(prototype, WATCHED, { value: true });
}

/**
 * Rejects a refused message, because its handler never runs and cannot acknowledge it. RabbitMQ would deliver it again after each
 * restart, and stop at the limit of `prefetchCount`. RabbitMQ drops the message, or moves it to the `deadLetterExchange` of
 * its queue. If the guard let another handler of the same event in, that handler acknowledges it.
 */
export function rejectMessage({ handlers, refusals }: RpcMessage, context: unknown): void {
  const { getMessage, getChannelRef } = (context ?? {}) as RmqContext;
  if (typeof getMessage !== 'function' || typeof getChannelRef !== 'function') return;
  const message = getMessage.call(context);
  if (!kept.has(message) || refusals.size < handlers.size) return;
  kept.delete(message);
  try {
    getChannelRef.call(context).nack(message, false, false);
  } catch {
    // The channel is closed, so RabbitMQ delivers the message again, and the guard refuses it again.
  }
}
