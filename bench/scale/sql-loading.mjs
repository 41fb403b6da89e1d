// Fills the table of a SqlRevocationStore without the store. PostgreSQL and MariaDB read a file.
import { chmodSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { COLUMNS } from './entries.mjs';

const ROWS_AT_ONCE = 10_000;

/** Writes rows to a file that a server reads with `read`, a function that gets the file's name. */
export async function loadFile(folder, rows, read) {
  const file = join(folder, 'rows.tsv');
  const out = openSync(file, 'w');
  for (const chunk of chunksOf(rows, ROWS_AT_ONCE)) writeSync(out, chunk.map(toLine).join(''));
  closeSync(out);
  // The server can run as another user.
  chmodSync(file, 0o644);
  await read(file);
  rmSync(file);
}

/** Inserts rows with a prepared statement of node-sqlite3-wasm. */
export function loadSqlite(db, rows) {
  const insert = db.prepare(
    `INSERT INTO jwt_revocation (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  );
  for (const chunk of chunksOf(rows, ROWS_AT_ONCE)) {
    db.exec('BEGIN');
    for (const row of chunk) insert.run(row);
    db.exec('COMMIT');
  }
  insert.finalize();
}

export function* chunksOf(values, size) {
  let chunk = [];
  for (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function toLine(row) {
  return `${row.map((value) => value ?? '\\N').join('\t')}\n`;
}
