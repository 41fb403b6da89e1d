// The library as an application gets it: its built entries. BENCH_LIBRARY names another folder that holds them.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(import.meta.url);
const folder = process.env.BENCH_LIBRARY;

/** The file behind an entry of the package, such as `.` or `./redis`. */
export function entryFile(subpath = '.') {
  if (folder !== undefined) return `${folder}/${subpath === '.' ? 'index' : subpath.slice(2)}.js`;
  return resolve(`nestjs-jwt-extended${subpath.slice(1)}`).replace('/dist/cjs/', '/dist/esm/');
}

export function loadLibrary(subpath = '.') {
  return import(pathToFileURL(entryFile(subpath)).href);
}
