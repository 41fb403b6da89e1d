import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A file that imports one of these starts another program or a compiler: a server, a browser, tsc. */
const STARTERS = /'(node:child_process|playwright-core|typescript)'/;
const OWN_IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** The specs under a folder that start a program or a compiler, by themselves or by a file that they import. */
export function specsThatStartPrograms(folder) {
  const known = new Map();

  function starts(file) {
    if (!known.has(file)) {
      // Files may import each other.
      known.set(file, false);
      const text = readFileSync(file, 'utf8');
      known.set(file, STARTERS.test(text) || importsOf(file, text).some(starts));
    }
    return known.get(file);
  }

  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join(folder, name))
    .filter(starts);
}

function importsOf(file, text) {
  return [...text.matchAll(OWN_IMPORT)]
    .map(([, path]) => resolve(dirname(file), path))
    .map((path) => [path, path.replace(/\.js$/, '.ts')].find(existsSync))
    .filter((path) => path !== undefined);
}
