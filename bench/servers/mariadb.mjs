import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderFor, freePort, runAs, startServer } from './server-folder.mjs';

const USER = 'mysql';
const PROGRAM = '/usr/sbin/mariadbd';
const SET_UP = `CREATE DATABASE app; CREATE USER app@'%'; GRANT ALL PRIVILEGES ON *.* TO app@'%';`;

export const mariaDbIsMissing = !existsSync(PROGRAM) && 'MariaDB is not installed';

/** Starts a server with MariaDB's default settings, and with these. */
export async function startMariaDb(settings = []) {
  const port = await freePort();
  const folder = folderFor('mariadb', USER);
  const data = [`--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`];
  installSystemTables(folder);
  const setUp = join(folder, 'set-up.sql');
  writeFileSync(setUp, SET_UP.replaceAll('; ', ';\n'));
  chmodSync(setUp, 0o644);
  const files = ['socket', 'pid-file'].map((name) => `--${name}=${join(folder, name)}`);
  const where = ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'];
  const args = ['--no-defaults', ...data, ...files, ...where, `--init-file=${setUp}`, ...settings];
  const stop = await startServer({ command: PROGRAM, args, user: USER, folder, port });
  return { url: `mysql://app@127.0.0.1:${port}/app`, stop };
}

/** A server that starts removes the temporary tables that it finds, also those of other servers. So each has a folder of its own. */
function installSystemTables(folder) {
  const how = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  const install = ['mariadb-install-db', '--no-defaults', `--datadir=${join(folder, 'data')}`, ...how];
  runAs(USER, 'env', [`TMPDIR=${folder}`, ...install]);
}
