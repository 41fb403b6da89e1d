export { RedisRevocationStore } from './stores/redis/redis-revocation.store.js';
export type { RedisRevocationStoreOptions } from './stores/redis/redis-options.js';
export type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisScriptInput,
  RedisClient,
  RedisConnection,
  RedisErrorEvents,
} from './stores/redis/redis-client.js';
