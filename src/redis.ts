export { RedisRevocationStore } from './revocation/redis/redis-revocation.store.js';
export type { RedisRevocationStoreOptions } from './revocation/redis/redis-options.js';
export type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
  RedisConnection,
} from './revocation/redis/redis-client.js';
