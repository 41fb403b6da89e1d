import type { RedisClient } from 'nestjs-jwt-extended/redis';
import type { WorkerSettings } from './worker-settings.js';

export type RedisDriver = 'redis' | 'ioredis';

/** Clients with their default settings. They do not wait for the server, so the process starts without it. */
const CLIENTS: Record<RedisDriver, (settings: WorkerSettings) => Promise<RedisClient>> = {
  redis: async ({ storePort, clientOptions }) => {
    const { createClient } = await import('redis');
    const client = createClient({ url: `redis://127.0.0.1:${storePort}`, ...clientOptions });
    client.on('error', () => {});
    void client.connect();
    return client;
  },
  ioredis: async ({ storePort, clientOptions }) => {
    const { Redis } = await import('ioredis');
    const client = new Redis({ host: '127.0.0.1', port: storePort, ...clientOptions });
    client.on('error', () => {});
    return client;
  },
};

export function connectToRedis(driver: RedisDriver, settings: WorkerSettings): Promise<RedisClient> {
  return CLIENTS[driver](settings);
}
