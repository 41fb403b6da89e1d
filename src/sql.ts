export { SqlRevocationStore } from './revocation/sql/sql-revocation.store.js';
export type { SqlDialectName, SqlRevocationStoreOptions } from './revocation/sql/sql-options.js';
export type { SqlQuery } from './revocation/sql/sql-query.js';
export type { SqlParameter } from './revocation/sql/sql-statement.js';
