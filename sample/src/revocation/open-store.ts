import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { pgQuery, SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import type { Environment } from '../environment/environment.js';

/** A store, and the function that closes its connection. */
export interface OpenStore {
  readonly store: RevocationStore;
  close(): Promise<void> | void;
}

/** Loads the driver of the configured store, and no other driver. */
export function openStore({ databaseUrl, redisUrl }: Environment): OpenStore | Promise<OpenStore> {
  if (databaseUrl !== null) return openPostgres(databaseUrl);
  if (redisUrl !== null) return openRedis(redisUrl);
  return { store: new MemoryRevocationStore(), close: () => undefined };
}

async function openPostgres(connectionString: string): Promise<OpenStore> {
  const { default: pg } = await import('pg');
  // The library waits one second for its store. The server stops a statement that takes longer.
  const limits = { connectionTimeoutMillis: 1_000, statement_timeout: 1_500 };
  const pool = new pg.Pool({ connectionString, ...limits });
  // The pool replaces an idle connection that breaks. Without a listener, its error event would end the process.
  pool.on('error', () => undefined);
  const store = new SqlRevocationStore({
    dialect: 'postgres',
    query: pgQuery(pool, { prepare: true }),
  });
  return { store, close: () => pool.end() };
}

async function openRedis(url: string): Promise<OpenStore> {
  const { createClient } = await import('redis');
  // The store opens a connection with the settings of this client, and the library closes it.
  const client = createClient({ url });
  return { store: new RedisRevocationStore({ client, prefix: 'sample' }), close: () => undefined };
}
