import type { RedisClient } from 'nestjs-jwt-extended/redis';
import type { WorkerSettings } from './worker-settings.js';

/** Clients as an application has them by default; neither waits for the server, so that the process starts without it. */
const CLIENTS: Record<WorkerSettings['driver'], (settings: WorkerSettings) => Promise<RedisClient>> = {
  redis: async ({ redisPort, clientOptions }) => {
    const { createClient } = await import('redis');
    const client = createClient({ url: `redis://127.0.0.1:${redisPort}`, ...clientOptions });
    client.on('error', () => {});
    void client.connect();
    return client;
  },
  ioredis: async ({ redisPort, clientOptions }) => {
    const { Redis } = await import('ioredis');
    const client = new Redis({ host: '127.0.0.1', port: redisPort, ...clientOptions });
    client.on('error', () => {});
    return client;
  },
};

export function connectToRedis(settings: WorkerSettings): Promise<RedisClient> {
  return CLIENTS[settings.driver](settings);
}
