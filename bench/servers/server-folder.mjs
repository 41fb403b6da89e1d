// Creates a temporary folder for a server, and finds a free port on loopback.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Some servers refuse to run as root. They run as the user that their package created. */
function accountOf(user) {
  if (user === undefined || process.getuid() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout));
  return { uid, gid };
}

export function folderFor(name, user) {
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  const { uid, gid } = accountOf(user);
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

export function runAs(user, command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: tmpdir(), ...accountOf(user) });
  if (status !== 0) throw error ?? new Error(`${command} failed: ${stderr}`);
}

/** Starts a server and waits until it accepts connections. Returns a function that stops it. */
export async function startServer({ command, args, user, folder, port, signal = 'SIGKILL', isReady = isOpen }) {
  const server = spawn(command, args.map(String), { stdio: 'ignore', cwd: tmpdir(), ...accountOf(user) });
  const kill = () => server.kill(signal);
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    const exited = once(server, 'exit');
    kill();
    await exited;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  while (!(await isReady(port))) {
    if (server.exitCode !== null) throw new Error(`${command} does not start.`);
    await sleep(20);
  }
  return stop;
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.end(() => resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
