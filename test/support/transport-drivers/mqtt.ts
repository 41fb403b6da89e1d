import { Transport, type MqttOptions } from '@nestjs/microservices';
import { mosquitto, MosquittoServer } from '../mosquitto-server.js';
import type { TransportDriver } from './driver.js';
import { runWithMetadata } from './packets.js';
import { withServer } from './with-server.js';

/** Only version 5 of MQTT has metadata. */
export const mqttOptions = (url: string): MqttOptions => ({
  transport: Transport.MQTT,
  options: { url, protocolVersion: 5 },
});

export const mqttDriver: TransportDriver = {
  name: 'MQTT 5',
  program: mosquitto,
  start: (options) => withServer(MosquittoServer.start(), ({ url }) => runWithMetadata(mqttOptions(url), options)),
};
