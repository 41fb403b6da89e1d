import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { connectToRedis } from './redis-clients.js';
import { sqlClientOf } from './sql-queries.js';
import type { WorkerSettings } from './worker-settings.js';

/** The store of a process. It does not wait for its server, so the process starts without it. */
export async function storeOf(settings: WorkerSettings): Promise<RevocationStore> {
  const { driver } = settings;
  if (driver === 'redis' || driver === 'ioredis') {
    const { RedisRevocationStore } = await import('nestjs-jwt-extended/redis');
    return new RedisRevocationStore({ client: await connectToRedis(driver, settings) });
  }
  const { SqlRevocationStore } = await import('nestjs-jwt-extended/sql');
  const dialect = driver === 'pg' ? 'postgres' : 'mysql';
  return new SqlRevocationStore({ dialect, ...(await sqlClientOf(driver, settings)) });
}
