import { ClientNats, MqttRecord, NatsRecord, RmqRecord } from '@nestjs/microservices';
import { withHeader, type Credential } from './credential.js';

/** A message for Kafka. */
export interface KafkaMessageLike {
  /** The key, which chooses the partition. */
  readonly key?: unknown;
  /** The data. */
  readonly value: unknown;
  /** The headers of the message. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/** The `Metadata` of gRPC. */
export interface GrpcMetadataLike {
  /** Copies the metadata. */
  clone(): GrpcMetadataLike;
  /** Replaces the values of a name. */
  set(name: string, value: never): void;
  /** The first value of each name. */
  getMap(): object;
}

/** The headers of a message for NATS. */
interface NatsHeaders extends Iterable<readonly [string, readonly string[]]> {
  append(name: string, value: string): void;
  set(name: string, value: string): void;
}

/** A copy with the token. The other headers, properties and options are those of the record. */
export function natsRecord<Data>({ data, headers }: NatsRecord<Data>, credential: Credential): NatsRecord<Data> {
  return new NatsRecord(data, natsHeaders(headers as NatsHeaders | undefined, credential));
}

/** A copy with the token. */
export function rmqRecord<Data>({ data, options }: RmqRecord<Data>, credential: Credential): RmqRecord<Data> {
  return new RmqRecord(data, { ...options, headers: withHeader(options?.headers, credential) });
}

/** A copy with the token. Only MQTT 5 sends the properties of a message. */
export function mqttRecord<Data>({ data, options }: MqttRecord<Data>, credential: Credential): MqttRecord<Data> {
  const { properties } = options ?? {};
  const userProperties = withHeader(properties?.userProperties, credential);
  return new MqttRecord(data, { ...options, properties: { ...properties, userProperties } });
}

/** A copy with the token. */
export function kafkaMessage<Message extends KafkaMessageLike>(message: Message, credential: Credential): Message {
  return { ...message, headers: withHeader(message.headers, credential) };
}

/** A copy with the token. */
export function grpcMetadata<Metadata extends GrpcMetadataLike>(metadata: Metadata, credential: Credential): Metadata {
  const copy = metadata.clone() as Metadata;
  copy.set(credential.name, credential.value as never);
  return copy;
}

function natsHeaders(headers: NatsHeaders | undefined, { name, value }: Credential): NatsHeaders {
  if (headers === undefined) return newNatsHeaders({ name, value });
  const copy = new (headers.constructor as new () => NatsHeaders)();
  for (const [other, values] of headers) {
    if (other.toLowerCase() !== name) values.forEach((each) => copy.append(other, each));
  }
  copy.set(name, value);
  return copy;
}

/**
 * Headers of the package that Nest's client loads, because its name differs between Nest 11 and 12. The constructor of the client
 * opens no connection.
 */
function newNatsHeaders({ name, value }: Credential): NatsHeaders {
  const client = new ClientNats({ headers: { [name]: value } });
  return (client as unknown as { mergeHeaders(): NatsHeaders }).mergeHeaders();
}
