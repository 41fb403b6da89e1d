// Writes docs/reference/differences.md from the table in test/conformance/differences.ts.
import { transformFile } from '@swc/core';
import { mkdtempSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('..', import.meta.url);
const compiled = mkdtempSync(join(tmpdir(), 'differences-'));

/** Loads a TypeScript file that imports nothing but types. */
async function load(name) {
  const source = fileURLToPath(new URL(`test/conformance/${name}.ts`, root));
  const { code } = await transformFile(source, { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } });
  const target = join(compiled, `${name}.mjs`);
  writeFileSync(target, code);
  return import(pathToFileURL(target));
}

try {
  const { DIFFERENCES_BY_TOPIC } = await load('differences');
  const { differencesDocument } = await load('differences-document');
  mkdirSync(new URL('docs/', root), { recursive: true });
  writeFileSync(new URL('docs/reference/differences.md', root), differencesDocument(DIFFERENCES_BY_TOPIC));
} finally {
  rmSync(compiled, { recursive: true, force: true });
}
