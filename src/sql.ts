export { SqlRevocationStore } from './stores/sql/sql-revocation.store.js';
export type { SqlDialectName, SqlRevocationStoreOptions } from './stores/sql/sql-options.js';
export type { SqlListener, SqlNotification } from './stores/sql/postgres-watch.js';
export type { SqlQuery } from './stores/sql/sql-query.js';
export type { SqlParameter } from './stores/sql/sql-statement.js';
