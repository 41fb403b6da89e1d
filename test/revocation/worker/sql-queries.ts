import type { SqlRevocationStoreOptions } from 'nestjs-jwt-extended/sql';
import type { WorkerSettings } from './worker-settings.js';

export type SqlDriver = 'pg' | 'mysql2';

/** The options of the store that use the driver. */
type SqlClient = Pick<SqlRevocationStoreOptions, 'query' | 'listen'>;

/** Pools with the settings that the documentation names. */
const QUERIES: Record<SqlDriver, (settings: WorkerSettings) => Promise<SqlClient>> = {
  pg: async ({ storePort, clientOptions }) => {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: `postgres://postgres@127.0.0.1:${storePort}/postgres`,
      connectionTimeoutMillis: 1_000,
      statement_timeout: 1_500,
      query_timeout: 2_000,
      ...clientOptions,
    });
    pool.on('error', () => {});
    return { query: (text, values, name) => pool.query({ name, text, values }), listen: () => pool.connect() };
  },
  mysql2: async ({ storePort, timeout, clientOptions }) => {
    const { createPool } = await import('mysql2/promise');
    const uri = `mysql://app@127.0.0.1:${storePort}/app`;
    const pool = createPool({ uri, connectTimeout: 1_000, ...clientOptions });
    return { query: (sql, values) => pool.execute({ sql, values, timeout: timeout === '10s' ? 12_000 : 2_000 }) };
  },
};

export function sqlClientOf(driver: SqlDriver, settings: WorkerSettings): Promise<SqlClient> {
  return QUERIES[driver](settings);
}
