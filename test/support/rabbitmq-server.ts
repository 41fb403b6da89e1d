import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { OwnServer } from './own-server.js';
import type { Program } from './programs.js';

/** Not the script in the search path, which changes the user and the folder. */
const COMMAND = '/usr/lib/rabbitmq/bin/rabbitmq-server';

export const rabbitmq: Program = {
  isInstalled: existsSync(COMMAND),
  install: 'apt-get install rabbitmq-server',
};

/** A `rabbitmq-server` of its own. It takes about ten seconds to start. */
export class RabbitServer {
  private constructor(
    readonly url: string,
    private readonly servers: readonly OwnServer[],
  ) {}

  static async start(): Promise<RabbitServer> {
    const [port, distribution, epmd] = await Promise.all([freePort(), freePort(), freePort()]);
    // Erlang would start this process itself, and leave it behind.
    const names = await OwnServer.start(epmd, () => ({ command: 'epmd', args: ['-port', String(epmd)] }));
    const server = await OwnServer.start(port, (folder) => ({
      command: COMMAND,
      args: [],
      env: {
        HOME: folder,
        RABBITMQ_NODENAME: `jwt-${port}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(distribution),
        ERL_EPMD_PORT: String(epmd),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_CONFIG_FILE: join(folder, 'none'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
      },
    }));
    return new RabbitServer(`amqp://127.0.0.1:${port}`, [server, names]);
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
  }
}
