import { spawnSync } from 'node:child_process';
import { folderFor, freePort, startServer } from './server-folder.mjs';

export const redisIsMissing = spawnSync('redis-server', ['--version']).error && 'redis-server is not installed';

/** Starts a server without persistence. */
export async function startRedis() {
  const port = await freePort();
  const folder = folderFor('redis');
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning'];
  return { port, stop: await startServer({ command: 'redis-server', args, folder, port }) };
}
