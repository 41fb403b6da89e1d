// The databases that are filled. Each returns what the measurements need to know of a store.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadLibrary } from '../library.mjs';
import { mariaDbIsMissing, startMariaDb } from '../servers/mariadb.mjs';
import { migration } from '../servers/migration.mjs';
import { postgresIsMissing, startPostgres } from '../servers/postgres.mjs';
import { folderFor } from '../servers/server-folder.mjs';
import { COLUMNS, denialRow, sessionRow } from './entries.mjs';
import { rowForms } from './forms.mjs';
import { loadFile, loadSqlite } from './sql-loading.mjs';

const CONNECTIONS = 10;

/** The pages of the table must fit into memory, as on a server of this size. */
const MARIADB_SETTINGS = ['--innodb-buffer-pool-size=1G'];

export const postgres = {
  name: 'PostgreSQL, pg',
  async open() {
    if (postgresIsMissing) return { skipped: postgresIsMissing };
    const { url, stop } = await startPostgres();
    const folder = folderFor('rows', 'postgres');
    const { default: pg } = await import('pg');
    const { pgQuery } = await loadLibrary('./sql');
    const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
    pool.on('error', () => undefined);
    await pool.query(migration('postgres'));
    const read = async (text, values) => (await pool.query(text, values)).rows;
    return opened({
      dialect: 'postgres',
      query: pgQuery(pool, { prepare: true }),
      read,
      count: (subject) => read(`SELECT count(*) AS n FROM jwt_revocation WHERE subject = $1`, [subject]),
      load: (rows) =>
        loadFile(folder, rows, (file) => read(`COPY jwt_revocation (${COLUMNS.join(', ')}) FROM '${file}'`)),
      settle: () => read('VACUUM (ANALYZE) jwt_revocation'),
      size: () => read(`SELECT pg_total_relation_size('jwt_revocation') AS n`),
      prober: { kind: 'postgres', url },
      async close() {
        await pool.end();
        await stop();
        rmSync(folder, { recursive: true });
      },
    });
  },
};

export const mariadb = {
  name: 'MariaDB, mysql2',
  async open() {
    if (mariaDbIsMissing) return { skipped: mariaDbIsMissing };
    const { url, stop } = await startMariaDb(MARIADB_SETTINGS);
    const folder = folderFor('rows', 'mysql');
    const { createPool } = await import('mysql2/promise');
    const { mysqlQuery } = await loadLibrary('./sql');
    const pool = createPool({ uri: url, connectionLimit: CONNECTIONS, multipleStatements: true });
    await pool.query(migration('mysql'));
    const read = async (text, values) => (await pool.query(text, values))[0];
    return opened({
      dialect: 'mysql',
      query: mysqlQuery(pool),
      read,
      count: (subject) => read(`SELECT count(*) AS n FROM jwt_revocation WHERE subject = ?`, [subject]),
      load: (rows) =>
        loadFile(folder, rows, (file) =>
          read(`LOAD DATA INFILE '${file}' INTO TABLE jwt_revocation (${COLUMNS.join(', ')})`),
        ),
      settle: () => read('ANALYZE TABLE jwt_revocation'),
      size: () =>
        read(`SELECT data_length + index_length AS n FROM information_schema.tables
          WHERE table_name = 'jwt_revocation' AND table_schema = 'app'`),
      prober: { kind: 'mysql', url },
      async close() {
        await pool.end();
        await stop();
        rmSync(folder, { recursive: true });
      },
    });
  },
};

export const sqlite = {
  name: 'SQLite, node-sqlite3-wasm',
  async open() {
    const { default: driver } = await import('node-sqlite3-wasm');
    const folder = folderFor('sqlite');
    const db = new driver.Database(join(folder, 'database'));
    db.exec(migration('sqlite'));
    const read = (text, values) => db.all(text, values);
    return opened({
      dialect: 'sqlite',
      query: (sql, params) => db.all(sql, params),
      read,
      count: (subject) => read(`SELECT count(*) AS n FROM jwt_revocation WHERE subject = ?`, [subject]),
      load(rows) {
        // Only while the table is filled.
        db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
        loadSqlite(db, rows);
        db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA cache_size = -2000');
      },
      settle: () => db.exec('ANALYZE'),
      size: () => read('SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()'),
      // All callers of SQLite in a process share its thread, so one of them is the prober.
      prober: null,
      close() {
        db.close();
        rmSync(folder, { recursive: true });
      },
    });
  },
};

async function opened({ dialect, query, read, count, load, settle, size, prober, close }) {
  const { SqlRevocationStore } = await loadLibrary('./sql');
  const numberOf = async (rows) => Number((await rows)[0].n);
  return {
    store: new SqlRevocationStore({ dialect, query }),
    loadSessions: (users) =>
      load(mapAll(users, ({ subject, sessions }) => sessions.map((s) => sessionRow(subject, s)))),
    loadDenials: (denials) => load(mapAll(denials, (denial) => [denialRow(denial)])),
    settle,
    size: () => numberOf(size()),
    entries: (subject) => numberOf(count(subject)),
    expired: () => numberOf(read(`SELECT count(*) AS n FROM jwt_revocation WHERE keep_until < ${Date.now()}`)),
    forms: async (subject) => rowForms(await read(`SELECT * FROM jwt_revocation WHERE subject = '${subject}'`)),
    clear: () => read('DELETE FROM jwt_revocation'),
    prober,
    close,
  };
}

function* mapAll(values, rowsOf) {
  for (const value of values) yield* rowsOf(value);
}
