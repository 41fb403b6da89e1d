// Starts a redis-server for each driver, and compares the store with a plain GET.
import { loadLibrary } from '../library.mjs';
import { redisByHand } from '../rotations/by-hand.mjs';
import { redisIsMissing, startRedis } from '../servers/redis.mjs';

export default [
  {
    name: 'RedisRevocationStore, node-redis',
    open: () =>
      onServer(async (port) => {
        const { createClient } = await import('redis');
        const client = createClient({ url: `redis://127.0.0.1:${port}` });
        await client.connect();
        const send = (command) => client.sendCommand(command);
        return { client, send, info: () => client.info('stats'), canPush: true, end: () => client.destroy() };
      }),
  },
  {
    name: 'RedisRevocationStore, ioredis',
    open: () =>
      onServer(async (port) => {
        const { Redis } = await import('ioredis');
        const client = new Redis(port, '127.0.0.1');
        const send = ([name, ...words]) => client.call(name, ...words);
        return { client, send, info: () => client.info('stats'), canPush: true, end: () => client.disconnect() };
      }),
  },
];

async function onServer(connect) {
  if (redisIsMissing) return { skipped: redisIsMissing };
  const { port, stop } = await startRedis();
  const { RedisRevocationStore } = await loadLibrary('./redis');
  const { client, send, info, canPush, end } = await connect(port);
  const plain = {
    name: 'a plain GET',
    prepare: (keys) => Promise.all(keys.map((key) => client.set(`plain:${key}`, 'x'.repeat(200)))),
    read: (key) => client.get(`plain:${key}`),
  };
  const close = async () => {
    end();
    await stop();
  };
  // INFO counts as a command too.
  let asked = 0;
  const roundTrips = async () => Number(/total_commands_processed:(\d+)/.exec(await info())[1]) - asked++;
  return { store: new RedisRevocationStore({ client }), plain, byHand: redisByHand(send), roundTrips, canPush, close };
}
