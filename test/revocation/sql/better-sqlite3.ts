import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** What the tests use of the package. */
export type BetterSqlite3 = new (file: string) => {
  prepare(sql: string): { all(params: readonly unknown[]): unknown[] };
  exec(sql: string): unknown;
  close(): void;
};

/**
 * The driver, or `undefined` if it is not installed. Its installation needs a compiler and takes a minute, so
 * `npm run test:better-sqlite3` installs it into a separate folder.
 */
export const betterSqlite3 = load();

function load(): BetterSqlite3 | undefined {
  try {
    return createRequire(resolve('artifacts/better-sqlite3/package.json'))('better-sqlite3') as BetterSqlite3;
  } catch {
    return undefined;
  }
}
