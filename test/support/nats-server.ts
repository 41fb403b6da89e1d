import { freePort } from './free-port.js';
import { OwnServer } from './own-server.js';
import { debianProgram } from './programs.js';

export const nats = debianProgram('nats-server');

/** A `nats-server` of its own. */
export class NatsServer {
  private constructor(
    readonly url: string,
    private readonly server: OwnServer,
  ) {}

  static async start(): Promise<NatsServer> {
    const port = await freePort();
    const args = ['--addr', '127.0.0.1', '--port', String(port)];
    return new NatsServer(
      `nats://127.0.0.1:${port}`,
      await OwnServer.start(port, () => ({ command: 'nats-server', args })),
    );
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
