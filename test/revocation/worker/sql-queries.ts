import { mysqlQuery, pgQuery, type SqlRevocationStoreOptions } from 'nestjs-jwt-extended/sql';
import type { WorkerSettings } from './worker-settings.js';

export type SqlDriver = 'pg' | 'mysql2';

/** The options of the store that use the driver. */
type SqlClient = Pick<SqlRevocationStoreOptions, 'query' | 'listen'>;

/** The time limit of a statement. With a larger `timeout` of the library, it is larger too. */
const limitOf = ({ timeout }: WorkerSettings) => ({ timeout: timeout === '10s' ? 12_000 : undefined });

/** Pools with the settings that the documentation names. */
const QUERIES: Record<SqlDriver, (settings: WorkerSettings) => Promise<SqlClient>> = {
  pg: async (settings) => {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: `postgres://postgres@127.0.0.1:${settings.storePort}/postgres`,
      connectionTimeoutMillis: 1_000,
      statement_timeout: 1_500,
      ...settings.clientOptions,
    });
    pool.on('error', () => {});
    return { query: pgQuery(pool, { ...limitOf(settings), prepare: true }), listen: () => pool.connect() };
  },
  mysql2: async (settings) => {
    const { createPool } = await import('mysql2/promise');
    const uri = `mysql://app@127.0.0.1:${settings.storePort}/app`;
    return {
      query: mysqlQuery(createPool({ uri, connectTimeout: 1_000, ...settings.clientOptions }), limitOf(settings)),
    };
  },
};

export function sqlClientOf(driver: SqlDriver, settings: WorkerSettings): Promise<SqlClient> {
  return QUERIES[driver](settings);
}
