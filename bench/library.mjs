// Loads the built entries of the library. BENCH_LIBRARY can name another folder with them.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(import.meta.url);
const folder = process.env.BENCH_LIBRARY;

/** The file of an entry of the package, such as `.` or `./redis`. */
export function entryFile(subpath = '.') {
  if (folder !== undefined) return `${folder}/${subpath === '.' ? 'index' : subpath.slice(2)}.js`;
  return resolve(`nestjs-jwt-extended${subpath.slice(1)}`).replace('/dist/cjs/', '/dist/esm/');
}

export function loadLibrary(subpath = '.') {
  return import(pathToFileURL(entryFile(subpath)).href);
}
