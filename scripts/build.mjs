// Builds the package twice, ESM and CommonJS; each folder says what it is. Types have a file per module, as the sources
// have. The code of each entry is one file, and what entries share another: over a hundred take four times as long to import.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const dist = `${root}dist`;
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.values(exports).flatMap(
  ({ import: { default: file = '' } = {} }) => /dist\/esm\/(.+)\.js$/.exec(file)?.[1] ?? [],
);
const formats = { esm: 'module', cjs: 'commonjs' };

rmSync(dist, { recursive: true, force: true });
compile('cjs', '--emitDeclarationOnly');
compile('esm');
const bundle = await rollup({
  input: entries.map((entry) => `${dist}/esm/${entry}.js`),
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  // Nothing is dead here, and nothing is to be taken for it.
  treeshake: false,
  onLog: (level, log) => {
    // What TypeScript writes for decorators asks for a `this` that may be none.
    if (level === 'warn' && log.code !== 'THIS_IS_UNDEFINED') throw new Error(log.message);
  },
});
removeCode(`${dist}/esm`);
for (const [format, type] of Object.entries(formats)) {
  await bundle.write({ dir: `${dist}/${format}`, format, esModule: true, chunkFileNames: '[name].js' });
  writeFileSync(`${dist}/${format}/package.json`, `{ "type": "${type}" }\n`);
}
await bundle.close();

function compile(format, ...options) {
  const args = [tsc, '-p', `tsconfig.${format}.json`, ...options];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

function removeCode(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (file.endsWith('.js')) rmSync(`${folder}/${file}`);
  }
}
