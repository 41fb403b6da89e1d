import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import type { SqlDialectName } from 'nestjs-jwt-extended/sql';

/** The text of a migration that the package ships. */
export function migration(dialect: SqlDialectName): string {
  return readFileSync(`migrations/${dialect}.sql`, 'utf8');
}

/** Creates the table in a PostgreSQL database. */
export async function migratePostgres(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(migration('postgres'));
  await client.end();
}

/** Creates the table in a MariaDB database. */
export async function migrateMariaDb(url: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.query(migration('mysql'));
  await connection.end();
}
