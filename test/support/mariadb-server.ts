import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseProcess, folderFor, removeFolder, runAs } from './database-process.js';
import { freePort } from './free-port.js';
import { describeWithProgram } from './programs.js';

const USER = 'mysql';

const program = ['mariadbd', '/usr/sbin/mariadbd'].find((path) => !spawnSync(path, ['--version']).error);

/** Describes tests that need MariaDB. */
export function describeWithMariaDb(name: string, body: () => void): void {
  describeWithProgram({ isInstalled: program !== undefined, install: 'apt-get install mariadb-server' }, name, body);
}

const SET_UP = `
CREATE DATABASE IF NOT EXISTS app;
CREATE USER IF NOT EXISTS app@'%';
GRANT ALL PRIVILEGES ON *.* TO app@'%';
CREATE USER IF NOT EXISTS writer@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON app.* TO writer@'%';
`;

/** A MariaDB server of its own on a free port of the loopback, with a folder of its own. */
export class MariaDbServer {
  private process: DatabaseProcess | undefined;
  private readonly folder = folderFor(USER);

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Starts a server. `args` are options of the command line. */
  static async start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<MariaDbServer> {
    const server = new MariaDbServer(await freePort(), args, env);
    installSystemTables(server.folder);
    const setUp = join(server.folder, 'set-up.sql');
    writeFileSync(setUp, SET_UP);
    chmodSync(setUp, 0o644);
    await server.start();
    return server;
  }

  get url(): string {
    return `mysql://app@127.0.0.1:${this.port}/app`;
  }

  /** The end of the server's log. */
  get log(): string {
    return this.process?.log ?? '';
  }

  /** Starts the server again, on the same port and with its data. */
  async start(): Promise<void> {
    const files = { datadir: 'data', socket: 'socket', 'pid-file': 'pid', 'init-file': 'set-up.sql' };
    const args = [
      '--no-defaults',
      `--tmpdir=${this.folder}`,
      ...Object.entries(files).map(([option, name]) => `--${option}=${join(this.folder, name)}`),
      ...['--bind-address=127.0.0.1', `--port=${this.port}`, '--skip-name-resolve', '--innodb-buffer-pool-size=64M'],
      // The data survive the end of the process. Only an end of the machine would need more.
      '--innodb-flush-log-at-trx-commit=2',
      ...this.args,
    ];
    const started = { user: USER, command: program as string, args, env: this.env };
    this.process = await DatabaseProcess.start(started, () => greets(this.port));
  }

  /** Kills the server. */
  async kill(): Promise<void> {
    await this.process?.end('SIGKILL');
  }

  /** Stops its process until `resume()`. */
  pause(): void {
    this.process?.pause();
  }

  /** Continues after `pause()`. */
  resume(): void {
    this.process?.resume();
  }

  /** Ends the server, and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }
}

/** A server that starts removes the temporary tables that it finds, also those of other servers. So each has a folder of its own. */
function installSystemTables(folder: string): void {
  const how = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  const install = ['mariadb-install-db', '--no-defaults', `--datadir=${join(folder, 'data')}`, ...how];
  runAs(USER, 'env', [`TMPDIR=${folder}`, ...install]);
}

/** Whether the server greets a new connection. A server does this after it has started. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once('data', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(2_000, () => answer(false));
  });
}
