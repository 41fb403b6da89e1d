import { Transport } from '@nestjs/microservices';
import { freePort } from '../free-port.js';
import type { TransportDriver } from './driver.js';
import { runWithPackets } from './packets.js';

export const tcpDriver: TransportDriver = {
  name: 'TCP',
  async start(options) {
    return runWithPackets(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } },
      options,
    );
  },
};
