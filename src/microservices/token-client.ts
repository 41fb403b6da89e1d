import {
  ClientGrpcProxy,
  ClientKafka,
  ClientMqtt,
  ClientNats,
  ClientRMQ,
  MqttRecord,
  NatsRecord,
  RmqRecord,
  type ClientProxy,
} from '@nestjs/microservices';
import { defer, type Observable } from 'rxjs';
import type { Credential } from './credential.js';
import { PacketData, watchPackets } from './packets.js';
import { kafkaMessage, mqttRecord, natsRecord, rmqRecord, type KafkaMessageLike } from './records.js';

/** The calls of a client. Not the class itself: its type differs between the clients of Nest. */
export type TokenClient = Pick<ClientProxy, 'send' | 'emit'>;

/** The data of a call, with the token. */
type AddToken = (data: unknown, credential: Credential) => unknown;

const RECORDS: readonly [new (...args: never[]) => unknown, AddToken][] = [
  [ClientNats, (data, token) => natsRecord(data instanceof NatsRecord ? data : new NatsRecord(data), token)],
  [ClientRMQ, (data, token) => rmqRecord(data instanceof RmqRecord ? data : new RmqRecord(data), token)],
  [ClientMqtt, (data, token) => mqttRecord(data instanceof MqttRecord ? data : new MqttRecord(data), token)],
  [ClientKafka, (data, token) => kafkaMessage(isKafkaMessage(data) ? data : { value: data }, token)],
];

/** A view of a client whose calls have a token. The client itself and its other calls stay without the token. */
export function tokenClient(client: ClientProxy, credential: Credential): TokenClient {
  if (client instanceof ClientGrpcProxy) {
    throw new TypeError('withToken() takes the metadata of a gRPC call: withToken(new Metadata(), token).');
  }
  const add = RECORDS.find(([Client]) => client instanceof Client)?.[1] ?? inPacket(client);
  // Nest refuses a call without data.
  const addTo = (data: unknown) => ((data ?? null) === null ? data : add(data, credential));
  return {
    // A client may change the record, so each subscription has its own.
    send: <Result, Input>(pattern: unknown, data: Input): Observable<Result> =>
      defer(() => client.send<Result, unknown>(pattern, addTo(data))),
    emit: <Result, Input>(pattern: unknown, data: Input): Observable<Result> =>
      client.emit<Result, unknown>(pattern, addTo(data)),
  };
}

/** TCP, Redis and clients of other packages. */
function inPacket(client: ClientProxy): AddToken {
  watchPackets(client);
  return (data, credential) => {
    watchPackets(client);
    return new PacketData(data, credential);
  };
}

function isKafkaMessage(data: unknown): data is KafkaMessageLike {
  return typeof data === 'object' && data !== null && ('value' in data || 'key' in data);
}
