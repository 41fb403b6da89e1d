import { Redis } from 'ioredis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClient } from 'redis';
import { RedisPair } from '../../support/redis-pair.js';
import { describeWithRedis } from '../../support/redis-server.js';
import { describeRecovery } from './describe-recovery.js';
import { networkFaults, processFaults, readOnlyRedis, redisFaults, type TestedClient } from './faults.js';

const tested = (name: string, connect: (url: string) => RedisClient): TestedClient => ({
  name,
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'with data', 'read-only', 'full', 'fail-over'],
  describe: describeWithRedis,
  async start() {
    const pair = await RedisPair.start();
    const store = new RedisRevocationStore({ client: connect(pair.url) });
    return {
      store,
      faults: {
        ...networkFaults(pair.address),
        ...processFaults(pair.primary),
        ...redisFaults(pair.primary),
        'read-only': readOnlyRedis(pair.primary),
        'fail-over': { begin: () => pair.primary.kill(), end: () => pair.failOver() },
      },
      async stop() {
        await store.close();
        await pair.stop();
      },
    };
  },
});

describeRecovery([
  tested('node-redis', (url) => createClient({ url })),
  tested('ioredis', (url) => new Redis(url, { lazyConnect: true })),
]);
