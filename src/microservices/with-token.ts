import { ClientProxy, MqttRecord, NatsRecord, RmqRecord } from '@nestjs/microservices';
import { credentialOf, type WithTokenOptions } from './credential.js';
import {
  grpcMetadata,
  kafkaMessage,
  mqttRecord,
  natsRecord,
  rmqRecord,
  type GrpcMetadataLike,
  type KafkaMessageLike,
} from './records.js';
import { tokenClient, type TokenClient } from './token-client.js';

/**
 * Puts a token on an outgoing call to a microservice. With a client, it returns the calls of the client with the token; other
 * calls of the same client stay without it. With a record, a message for Kafka or the metadata of gRPC, it returns a copy.
 *
 * @throws TypeError for a value that it does not know, and for a token that is none
 * @throws Error for a client of TCP or Redis before Nest 12, which has no metadata
 * @example
 * const answer = withToken(this.client, token).send('orders.list', { page: 1 });
 * this.orders.list({ page: 1 }, withToken(new Metadata(), token));
 */
export function withToken(client: TokenClient, token: string, options?: WithTokenOptions): TokenClient;
export function withToken<Data>(record: NatsRecord<Data>, token: string, options?: WithTokenOptions): NatsRecord<Data>;
export function withToken<Data>(record: RmqRecord<Data>, token: string, options?: WithTokenOptions): RmqRecord<Data>;
export function withToken<Data>(record: MqttRecord<Data>, token: string, options?: WithTokenOptions): MqttRecord<Data>;
export function withToken<Metadata extends GrpcMetadataLike>(
  metadata: Metadata,
  token: string,
  options?: WithTokenOptions,
): Metadata;
export function withToken<Message extends KafkaMessageLike>(
  message: Message,
  token: string,
  options?: WithTokenOptions,
): Message;
export function withToken(target: unknown, token: string, options?: WithTokenOptions): unknown {
  const credential = credentialOf(token, options);
  if (target instanceof ClientProxy) return tokenClient(target as ClientProxy, credential);
  if (target instanceof NatsRecord) return natsRecord(target, credential);
  if (target instanceof RmqRecord) return rmqRecord(target, credential);
  if (target instanceof MqttRecord) return mqttRecord(target, credential);
  if (isGrpcMetadata(target)) return grpcMetadata(target, credential);
  if (typeof target === 'object' && target !== null && 'value' in target) return kafkaMessage(target, credential);
  throw new TypeError(
    'withToken() takes a client, a record of NATS, RabbitMQ or MQTT, a message for Kafka ({ value }), or the metadata of gRPC.',
  );
}

function isGrpcMetadata(target: unknown): target is GrpcMetadataLike {
  const { clone, getMap } = (target ?? {}) as Partial<Record<keyof GrpcMetadataLike, unknown>>;
  return typeof clone === 'function' && typeof getMap === 'function';
}
