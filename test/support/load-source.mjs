// Compiles a file of src and its imports into a separate folder, and imports it. It needs no build and changes none.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const src = join(root, 'src');
const jsc = {
  target: 'es2022',
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
};

/** `modules`: the `node_modules` with Nest, which may lack other packages. */
export async function loadSource(entry, modules = join(root, 'node_modules')) {
  const outer = mkdtempSync(join(tmpdir(), 'source-'));
  const folder = join(outer, 'src');
  mkdirSync(folder);
  symlinkSync(join(root, 'node_modules'), join(outer, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(modules, join(folder, 'node_modules'));
  const files = new Set([join(src, entry)]);
  // The loop over a Set also reaches elements that the loop adds.
  for (const file of files) {
    const { code } = transformSync(readFileSync(file, 'utf8'), { jsc, module: { type: 'es6' } });
    const target = join(folder, relative(src, file).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
    for (const [, path] of code.matchAll(/from ['"](\.[^'"]+)\.js['"]/g))
      files.add(`${resolve(dirname(file), path)}.ts`);
  }
  try {
    return await import(pathToFileURL(join(folder, entry.replace(/\.ts$/, '.js'))));
  } finally {
    rmSync(outer, { recursive: true });
  }
}
