// A redis-server of its own on a free port of the loopback, once with each driver.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibrary } from '../library.mjs';

export default [
  {
    name: 'RedisRevocationStore, node-redis',
    open: () =>
      onServer(async (port) => {
        const { createClient } = await import('redis');
        const client = createClient({ url: `redis://127.0.0.1:${port}` });
        await client.connect();
        return { client, end: () => client.destroy() };
      }),
  },
  {
    name: 'RedisRevocationStore, ioredis',
    open: () =>
      onServer(async (port) => {
        const { Redis } = await import('ioredis');
        const client = new Redis(port, '127.0.0.1');
        return { client, end: () => client.disconnect() };
      }),
  },
];

async function onServer(connect) {
  if (spawnSync('redis-server', ['--version']).error) return { skipped: 'redis-server is not installed' };
  const { port, stop } = await startServer();
  const { RedisRevocationStore } = await loadLibrary('./redis');
  const { client, end } = await connect(port);
  const close = async () => {
    end();
    await stop();
  };
  return { store: new RedisRevocationStore({ client }), close };
}

async function startServer() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning'];
  const server = spawn('redis-server', args.map(String), { stdio: 'ignore' });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    kill();
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error('redis-server does not start.');
    await sleep(20);
  }
  return { port, stop };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.end(() => resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
