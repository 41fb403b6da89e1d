import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** The part of the package that the tests use. */
export type BetterSqlite3 = new (file: string) => {
  prepare(sql: string): { all(params: readonly unknown[]): unknown[] };
  exec(sql: string): unknown;
  close(): void;
};

/**
 * The package is compiled when it is installed, which needs a compiler and a minute. `npm run test:better-sqlite3` installs it
 * in a folder of its own. `undefined` if it is not installed.
 */
export const betterSqlite3 = load();

function load(): BetterSqlite3 | undefined {
  try {
    return createRequire(resolve('artifacts/better-sqlite3/package.json'))('better-sqlite3') as BetterSqlite3;
  } catch {
    return undefined;
  }
}
