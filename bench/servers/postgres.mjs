import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderFor, freePort, runAs, startServer } from './server-folder.mjs';

const USER = 'postgres';
const DEBIAN = '/usr/lib/postgresql';
const [newest] = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((left, right) => right - left) : [];

export const postgresIsMissing = newest === undefined && 'PostgreSQL is not installed';

/** Starts a server with Debian's settings, including `fsync`. */
export async function startPostgres() {
  const programs = join(DEBIAN, newest, 'bin');
  const port = await freePort();
  const folder = folderFor('postgres', USER);
  runAs(USER, join(programs, 'initdb'), ['-D', folder, '--username=postgres', '--auth=trust', '--locale=C', '-N']);
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port };
  const args = ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const command = join(programs, 'postgres');
  // The server refuses connections until its recovery is complete.
  const isReady = () => spawnSync(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', port, '-q']).status === 0;
  const stop = await startServer({ command, args, user: USER, folder, port, signal: 'SIGQUIT', isReady });
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}
