// A Redis that is filled.
import { loadLibrary } from '../library.mjs';
import { redisIsMissing, startRedis } from '../servers/redis.mjs';
import { keyForms } from './forms.mjs';
import { denialCommand, sendAll, sessionCommands } from './redis-loading.mjs';

export const redis = {
  name: 'Redis, node-redis',
  async open() {
    if (redisIsMissing) return { skipped: redisIsMissing };
    const { port, stop } = await startRedis();
    const { RedisRevocationStore } = await loadLibrary('./redis');
    const { createClient } = await import('redis');
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    const keysOf = (subject) => client.keys(`jwt:{${subject}}:*`);
    return {
      store: new RedisRevocationStore({ client }),
      loadSessions: (users) =>
        sendAll(
          port,
          mapAll(users, ({ subject, sessions }) => sessionCommands(subject, sessions)),
        ),
      loadDenials: (denials) =>
        sendAll(
          port,
          mapAll(denials, (denial) => [denialCommand(denial)]),
        ),
      settle() {},
      size: async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]),
      entries: () => client.dbSize(),
      forms: async (subject) => keyForms(client, await keysOf(subject)),
      clear: () => client.flushAll(),
      prober: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
      async close() {
        client.destroy();
        await stop();
      },
    };
  },
};

function* mapAll(values, commandsOf) {
  for (const value of values) yield* commandsOf(value);
}
