import type { HttpRequest } from '../types/http.js';

/** The methods of the contexts of Nest's transports. Each kind of context has one of them. */
interface RpcContext {
  /** TCP and Redis since Nest 12: what the client attached to the packet. */
  getMetadata?(): unknown;
  /** NATS. */
  getHeaders?(): unknown;
  /** RabbitMQ and Kafka. */
  getMessage?(): { readonly properties?: { readonly headers?: unknown }; readonly headers?: unknown } | undefined;
  /** MQTT. Only version 5 has properties. */
  getPacket?(): { readonly properties?: { readonly userProperties?: unknown } } | undefined;
}

/** The `Metadata` of gRPC. */
export interface GrpcMetadata {
  getMap(): Readonly<Record<string, unknown>>;
  get(name: string): readonly unknown[];
  set(name: string, value: string): void;
}

/** The `Metadata` of gRPC among the arguments of a handler: the second one, or a member of the call of a stream. */
export function grpcMetadataOf([first, second]: readonly unknown[]): GrpcMetadata | null {
  if (isGrpcMetadata(second)) return second;
  const ofCall = isObject(first) ? (first as { readonly metadata?: unknown }).metadata : undefined;
  return second === undefined || typeof second === 'function' ? (isGrpcMetadata(ofCall) ? ofCall : null) : null;
}

function isGrpcMetadata(value: unknown): value is GrpcMetadata {
  return isObject(value) && typeof (value as Partial<GrpcMetadata>).getMap === 'function';
}

/** The metadata of a message as header fields. Clients write them, so any value can be there. Only texts count. */
export function headersOf(args: readonly unknown[]): HttpRequest['headers'] {
  const metadata = grpcMetadataOf(args);
  if (metadata !== null) return fieldsOf(Object.keys(metadata.getMap()).map((name) => [name, metadata.get(name)]));
  const context = args[1];
  return isObject(context) ? fieldsOf(pairsOf(metadataOf(context))) : {};
}

function metadataOf(context: RpcContext): unknown {
  if (typeof context.getMetadata === 'function') return context.getMetadata();
  if (typeof context.getHeaders === 'function') return context.getHeaders();
  if (typeof context.getPacket === 'function') return context.getPacket()?.properties?.userProperties;
  if (typeof context.getMessage !== 'function') return undefined;
  const message = context.getMessage();
  return message?.properties?.headers ?? message?.headers;
}

/** Only the headers of NATS are a list of pairs. */
function pairsOf(metadata: unknown): Iterable<unknown> {
  if (!isObject(metadata)) return [];
  return Symbol.iterator in metadata ? (metadata as Iterable<unknown>) : Object.entries(metadata);
}

/** Names in lower case, because the names of metadata are not. Two names that then are equal are one field with two values. */
function fieldsOf(pairs: Iterable<unknown>): HttpRequest['headers'] {
  const fields = new Map<string, string[]>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') continue;
    const name = pair[0].toLowerCase();
    const values: readonly unknown[] = Array.isArray(pair[1]) ? pair[1] : [pair[1]];
    fields.set(name, [...(fields.get(name) ?? []), ...values.map(textOf).filter((text) => text !== null)]);
  }
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/** Kafka sends bytes. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
