import { readFile } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';

const logger = new Logger('Migration');

/** Creates the table of the store in the database of `DATABASE_URL`, unless it exists. */
async function migrate({ DATABASE_URL: url }: NodeJS.ProcessEnv) {
  if (!url) throw new Error('Set DATABASE_URL, for example postgres://user:password@localhost:5432/database');
  const migration = new URL(import.meta.resolve('nestjs-jwt-extended/migrations/postgres.sql'));
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(await readFile(migration, 'utf8'));
  } finally {
    await client.end();
  }
  logger.log('The table jwt_revocation exists');
}

try {
  await migrate(process.env);
} catch (error) {
  logger.error(`The table was not created: ${(error as Error).message}`);
  process.exitCode = 1;
}
