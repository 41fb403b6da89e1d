import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../types/http.js';
import { grpcMetadataOf, headersOf } from './rpc-metadata.js';

/** The metadata keys of Nest's decorators for handlers of messages. */
const PATTERN = 'microservices:pattern';
const HANDLER_TYPE = 'microservices:handler_type';

/** The value of `HANDLER_TYPE` for `@EventPattern()`. */
const EVENT = 2;

/** The headers of Kafka without which Nest takes a message as an event, in lower case. */
const KAFKA_REPLY = ['kafka_correlationid', 'kafka_replytopic'];

/** What the library knows of one message of a microservice. */
export class RpcMessage {
  readonly request: HttpRequest;
  /** The pattern of the event, for the log. `null` if the caller waits for an answer. */
  event: string | null = null;
  /** The handlers that Nest has called the guard for. An event can have several. */
  readonly handlers = new Set<object>();
  /** The refusals by the guard. */
  readonly refusals = new Set<unknown>();
  isLogged = false;

  constructor(args: readonly unknown[]) {
    this.request = { headers: headersOf(args) };
    const topic = kafkaTopic(args[1]);
    if (topic !== null && !KAFKA_REPLY.every((name) => name in this.request.headers))
      this.event = JSON.stringify(topic);
  }

  /** Remembers the handler. The context of an exception filter has none. */
  see(host: ArgumentsHost): void {
    const handler = (host as Partial<ExecutionContext>).getHandler?.() as object | null | undefined;
    if (handler === undefined || handler === null || this.handlers.has(handler)) return;
    this.handlers.add(handler);
    if (Reflect.getMetadata(HANDLER_TYPE, handler) !== EVENT) return;
    const patterns = [Reflect.getMetadata(PATTERN, handler) as unknown].flat();
    this.event = patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
  }
}

const messages = new WeakMap<object, RpcMessage>();

/** The message of a context. Nest makes a new context for the guards, each parameter and the filter. */
export function messageOf(host: ArgumentsHost): RpcMessage {
  const key = keyOf(host);
  let message = messages.get(key);
  if (message === undefined) messages.set(key, (message = new RpcMessage(host.getArgs<unknown[]>())));
  message.see(host);
  return message;
}

/**
 * The object that belongs to one message: the context of the transport (`TcpContext` and others) or the metadata of gRPC. The data
 * can be a text. A handler with `@GrpcStreamCall()` has the call alone.
 */
export function keyOf(host: ArgumentsHost): object {
  const args = host.getArgs<unknown[]>();
  const [first, second] = args;
  return grpcMetadataOf(args) ?? [second, first].find(isObject) ?? host;
}

/** The topic, if this is a `KafkaContext`. */
function kafkaTopic(context: unknown): string | null {
  const kafka = context as { getTopic?(): unknown; getPartition?(): unknown } | null | undefined;
  const isKafka = typeof kafka?.getTopic === 'function' && typeof kafka.getPartition === 'function';
  return isKafka ? String(kafka.getTopic?.()) : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
