export { RedisRevocationStore } from './stores/redis/redis-revocation.store.js';
export type { RedisRevocationStoreOptions } from './stores/redis/redis-options.js';
export type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
  RedisConnection,
} from './stores/redis/redis-client.js';
