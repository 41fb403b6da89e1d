import { readFileSync } from 'node:fs';

/** The statements that create the table of a SqlRevocationStore. */
export function migration(dialect) {
  return readFileSync(new URL(`../../migrations/${dialect}.sql`, import.meta.url), 'utf8');
}
