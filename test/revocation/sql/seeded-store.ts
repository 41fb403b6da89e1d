import type { SqlDialectName, SqlParameter, SqlQuery } from 'nestjs-jwt-extended/sql';
import { readSqlOptions } from '../../../src/stores/sql/sql-options.js';
import { SqlConnection } from '../../../src/stores/sql/sql-query.js';
import { keepUntilOf } from '../../../src/stores/sql/sql-snapshot.js';
import { SqlTable } from '../../../src/stores/sql/sql-table.js';
import type { SeededStore } from '../decisions/describe-decisions.js';
import type { Connected } from './clients.js';

/** A store into which a test can put sessions of the past: it adds them as the store adds new ones. */
export function seededStore(name: SqlDialectName, { store, query }: Connected): SeededStore {
  const run: SqlQuery = (sql: string, params: SqlParameter[]) => query(sql, params);
  const options = readSqlOptions({ dialect: name, query: run });
  const table = new SqlTable(new SqlConnection(options.dialect, run), options.table);
  return {
    store,
    async put(subject, { record, keepUntil }) {
      const session = {
        session: record,
        ordinal: record.lastUsedAt * 1_000,
        generation: 0,
        keepUntil: keepUntilOf(keepUntil),
      };
      if (!(await table.sessionRows.add(subject, session, Number.MAX_SAFE_INTEGER)))
        throw new Error('The session was not added.');
    },
  };
}
