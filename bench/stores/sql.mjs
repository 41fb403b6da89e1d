// Starts a server (SQLite: opens a file), and compares the store with a plain look-up by primary key, by the same driver.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadLibrary } from '../library.mjs';
import { sqlByHand } from '../rotations/by-hand.mjs';
import { mariaDbIsMissing, startMariaDb } from '../servers/mariadb.mjs';
import { migration } from '../servers/migration.mjs';
import { postgresIsMissing, startPostgres } from '../servers/postgres.mjs';
import { folderFor } from '../servers/server-folder.mjs';

const CONNECTIONS = 10;

/** How many rows a statement has changed, from the result of each driver. */
const CHANGED_ROWS = {
  postgres: ({ rowCount }) => rowCount,
  mysql: ([{ affectedRows }]) => affectedRows,
  sqlite: ({ length }) => length,
};

export default [
  {
    name: 'SqlRevocationStore, PostgreSQL by pg',
    async open() {
      if (postgresIsMissing) return { skipped: postgresIsMissing };
      const { url, stop } = await startPostgres();
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
      // Stopping the server breaks its connections, and the pool reports each as an error.
      pool.on('error', () => undefined);
      const query = (text, values, name) => pool.query({ name, text, values });
      await pool.query(migration('postgres'));
      return opened({ dialect: 'postgres', query, placeholder: '$1', close: () => pool.end().then(stop) });
    },
  },
  {
    name: 'SqlRevocationStore, MariaDB by mysql2',
    async open() {
      if (mariaDbIsMissing) return { skipped: mariaDbIsMissing };
      const { url, stop } = await startMariaDb();
      const { createPool } = await import('mysql2/promise');
      const pool = createPool({ uri: url, connectionLimit: CONNECTIONS, multipleStatements: true });
      await pool.query(migration('mysql'));
      const query = (sql, params) => pool.execute(sql, params);
      return opened({ dialect: 'mysql', query, placeholder: '?', close: () => pool.end().then(stop) });
    },
  },
  {
    name: 'SqlRevocationStore, SQLite by node-sqlite3-wasm',
    async open() {
      const { default: sqlite } = await import('node-sqlite3-wasm');
      const folder = folderFor('sqlite');
      const db = new sqlite.Database(join(folder, 'database'));
      db.exec(migration('sqlite'));
      const close = () => {
        db.close();
        rmSync(folder, { recursive: true });
      };
      return opened({ dialect: 'sqlite', query: (sql, params) => db.all(sql, params), placeholder: '?', close });
    },
  },
];

async function opened({ dialect, query, placeholder, close }) {
  const { SqlRevocationStore } = await loadLibrary('./sql');
  let statements = 0;
  const counting = (sql, params, name) => {
    statements++;
    return query(sql, params, name);
  };
  const plain = {
    name: 'a plain look-up by primary key',
    async prepare(keys) {
      await query('CREATE TABLE plain (id VARCHAR(64) PRIMARY KEY, note VARCHAR(200))', []);
      for (const key of keys)
        await query(`INSERT INTO plain VALUES (${placeholder}, 'x') ${done(dialect, 'id')}`, [key]);
    },
    read: (key) => counting(`SELECT id, note FROM plain WHERE id = ${placeholder}`, [key], 'plain'),
  };
  const store = new SqlRevocationStore({ dialect, query: counting });
  const byHand = sqlByHand({
    query,
    placeholder: (position) => (dialect === 'postgres' ? `$${position}` : '?'),
    changedRows: CHANGED_ROWS[dialect],
    returning: done(dialect, 'sid'),
  });
  return { store, plain, byHand, roundTrips: () => statements, canPush: false, close };
}

/** The drivers of PostgreSQL and SQLite return rows, so the statement must return some. */
function done(dialect, column) {
  return dialect === 'mysql' ? '' : `RETURNING ${column}`;
}
