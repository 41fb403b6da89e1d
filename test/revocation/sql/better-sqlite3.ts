import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** What the tests use of the package. */
export type BetterSqlite3 = new (file: string) => {
  prepare(sql: string): { all(params: readonly unknown[]): unknown[] };
  exec(sql: string): unknown;
  close(): void;
};

/**
 * It is compiled when it is installed, which takes a compiler and a minute: `npm run test:better-sqlite3` puts it in a
 * folder of its own. `undefined` where nobody did.
 */
export const betterSqlite3 = load();

function load(): BetterSqlite3 | undefined {
  try {
    return createRequire(resolve('artifacts/better-sqlite3/package.json'))('better-sqlite3') as BetterSqlite3;
  } catch {
    return undefined;
  }
}
