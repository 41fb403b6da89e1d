import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseProcess, folderFor, removeFolder, runAs } from './database-process.js';
import { freePort } from './free-port.js';
import { describeWithProgram } from './programs.js';

const USER = 'postgres';

/** The folders of the programs: those of each version in Debian, and the folder from `pg_config`. */
function programs(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const newestFirst = versions.sort((left, right) => Number(right) - Number(left));
  const configured = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  const folders = [...newestFirst.map((version) => `/usr/lib/postgresql/${version}/bin`), configured ?? ''];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

const folderOfPrograms = programs();
const program = (name: string) => join(folderOfPrograms as string, name);

/** Describes tests that need PostgreSQL. */
export function describeWithPostgres(name: string, body: () => void): void {
  const isInstalled = folderOfPrograms !== undefined;
  describeWithProgram({ isInstalled, install: 'apt-get install postgresql' }, name, body);
}

/** A PostgreSQL server of its own on a free port of the loopback, with a folder of its own. */
export class PostgresServer {
  private process: DatabaseProcess | undefined;
  private readonly folder = folderFor(USER);

  private constructor(
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts a server. `settings` are those of `postgresql.conf`. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const server = new PostgresServer(await freePort(), settings);
    const how = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    runAs(USER, program('initdb'), ['-D', server.folder, ...how]);
    await server.start();
    return server;
  }

  /** Starts a standby with the data of a server. It receives further changes at a port, which can be that of a proxy. */
  static async startStandby(primary: PostgresServer, port: number): Promise<PostgresServer> {
    const source = `host=127.0.0.1 user=${USER} port=`;
    const standby = new PostgresServer(await freePort(), { primary_conninfo: `${source}${port}` });
    // This call blocks a proxy in this process.
    const from = ['--dbname', `${source}${primary.port}`, '--checkpoint=fast'];
    runAs(USER, program('pg_basebackup'), ['-D', standby.folder, ...from, '--write-recovery-conf', '--no-sync']);
    await standby.start();
    return standby;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** The end of the server's log. */
  get log(): string {
    return this.process?.log ?? '';
  }

  /** Starts the server again, on the same port and with its data. */
  async start(): Promise<void> {
    const where = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(this.port) };
    // The data survive the end of the process. Only an end of the machine would need fsync.
    const all = Object.entries({ ...where, fsync: 'off', max_connections: '120', ...this.settings });
    const args = ['-D', this.folder, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const isReady = async () =>
      spawnSync(program('pg_isready'), ['-h', '127.0.0.1', '-p', String(this.port), '-q']).status === 0;
    this.process = await DatabaseProcess.start({ user: USER, command: program('postgres'), args }, isReady);
  }

  /** Stops the server like `pg_ctl stop -m immediate`: it closes no connection, and recovers at the next start. */
  async kill(): Promise<void> {
    await this.process?.end('SIGQUIT');
  }

  /** Stops all its processes until `resume()`. */
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
