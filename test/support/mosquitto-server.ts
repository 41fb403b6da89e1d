import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { OwnServer } from './own-server.js';
import { debianProgram } from './programs.js';

export const mosquitto = debianProgram('mosquitto');

/** A `mosquitto` of its own. */
export class MosquittoServer {
  private constructor(
    readonly url: string,
    private readonly server: OwnServer,
  ) {}

  static async start(): Promise<MosquittoServer> {
    const port = await freePort();
    const server = await OwnServer.start(port, (folder) => {
      const file = join(folder, 'mosquitto.conf');
      writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
      return { command: 'mosquitto', args: ['-c', file] };
    });
    return new MosquittoServer(`mqtt://127.0.0.1:${port}`, server);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
