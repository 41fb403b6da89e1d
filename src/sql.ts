export { SqlRevocationStore } from './stores/sql/sql-revocation.store.js';
export { mysqlQuery, pgQuery } from './stores/sql/sql-pools.js';
export type {
  MysqlConnection,
  MysqlPool,
  PgConnection,
  PgPool,
  PgQueryOptions,
  PgStatement,
  PoolQueryOptions,
} from './stores/sql/sql-pools.js';
export type { SqlDialectName, SqlRevocationStoreOptions } from './stores/sql/sql-options.js';
export type { SqlListener, SqlNotification } from './stores/sql/postgres-watch.js';
export type { SqlQuery } from './stores/sql/sql-query.js';
export type { SqlParameter } from './stores/sql/sql-statement.js';
