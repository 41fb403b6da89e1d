// Builds the package twice, ESM and CommonJS; each folder says what it is. The code of an entry is one file, and what
// entries share is another, because over a hundred files take four times as long to import. Types have a file per module.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { parseAst } from 'rollup/parseAst';
import ts from 'typescript';
import { sharedCode } from './shared-code.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const dist = `${root}dist`;
const { name, version, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.values(exports).flatMap(
  ({ import: { default: file = '' } = {} }) => /dist\/esm\/(.+)\.js$/.exec(file)?.[1] ?? [],
);
const formats = { esm: 'module', cjs: 'commonjs' };

rmSync(dist, { recursive: true, force: true });
compile('cjs', '--emitDeclarationOnly');
compile('esm');
const chunks = await bundleChunks();
const command = await bundleCommand();
const nestAdd = await bundleNestAdd();
removeCode(`${dist}/esm`);
await writeChunks(chunks);
writeFileSync(`${dist}/command.js`, `#!/usr/bin/env node\n${command}`, { mode: 0o755 });
mkdirSync(`${dist}/schematics`);
writeFileSync(`${dist}/schematics/nest-add.cjs`, nestAdd);
for (const format of Object.keys(formats)) removeInternalTypes(`${dist}/${format}`);

function compile(format, ...options) {
  const args = [tsc, '-p', `tsconfig.${format}.json`, ...options];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

function removeCode(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (file.endsWith('.js')) rmSync(`${folder}/${file}`);
  }
}

/** Removes the declarations that no entry reaches: users cannot import them. */
function removeInternalTypes(folder) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const imports = ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);
    for (const path of imports.filter((name) => name.startsWith('.')))
      visit(join(file, '..', path.replace(/js$/, 'd.ts')));
  };
  for (const entry of entries) visit(join(folder, `${entry}.d.ts`));
  for (const file of readdirSync(folder, { recursive: true })) {
    if (file.endsWith('.d.ts') && !reached.has(join(folder, file))) rmSync(join(folder, file));
  }
}

/** Imports the functions that the compiler calls for decorators. `noEmitHelpers` keeps them out of each file. */
function importDecorators() {
  return {
    name: 'import-decorators',
    transform: (code, id) => {
      if (!id.startsWith(dist)) return null;
      const names = ['__decorate', '__metadata', '__param'].filter((name) => code.includes(`${name}(`));
      if (names.length === 0) return null;
      return { code: `import { ${names.join(', ')} } from '${root}scripts/decorators.mjs';\n${code}`, map: null };
    },
  };
}

function bundleOf(options) {
  return rollup({
    external: (id) => !/^[./]|^(own|copy):/.test(id),
    // The compiler leaves no dead code, and rollup must not remove the side effects of decorators.
    treeshake: false,
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
    plugins: [importDecorators()],
    ...options,
  });
}

/** The code of each entry, and of what entries share, by file name. */
async function bundleChunks() {
  const bundle = await bundleOf({ input: entries.map((entry) => `${dist}/esm/${entry}.js`) });
  const { output } = await bundle.generate({
    format: 'es',
    chunkFileNames: '[name].js',
    manualChunks: sharedCode((name) => `${dist}/esm/${name}.js`),
  });
  await bundle.close();
  return new Map(output.map((chunk) => [chunk.fileName, chunk]));
}

/** The code of the command, one file. It imports the library as an application does. */
async function bundleCommand() {
  const library = `${dist}/esm/index.js`;
  const bundle = await bundleOf({
    input: `${dist}/esm/command/main.js`,
    external: (id) => id === library || !/^[./]/.test(id),
    treeshake: true,
  });
  const { output } = await bundle.generate({ format: 'es', paths: { [library]: './esm/index.js' } });
  await bundle.close();
  return output[0].code;
}

/** The code of `nest add`, one file in CommonJS: the program that runs it calls require(). */
async function bundleNestAdd() {
  const bundle = await bundleOf({ input: `${dist}/esm/schematics/nest-add.js`, treeshake: true });
  const { output } = await bundle.generate({ format: 'cjs' });
  await bundle.close();
  return output[0].code;
}

/** Writes each chunk in both formats. A chunk exports what the first copy of it exported in this process. */
async function writeChunks(chunks) {
  const bundle = await bundleOf({
    input: Object.fromEntries([...chunks.keys()].map((file) => [file.replace(/\.js$/, ''), `copy:${file}`])),
    plugins: [oneCopy(chunks)],
  });
  for (const [format, type] of Object.entries(formats)) {
    // In CommonJS a dynamic import is a require(): Jest cannot run import() in CommonJS code.
    const options = { format, esModule: true, dynamicImportInCjs: false, chunkFileNames: '[name].js' };
    await bundle.write({ dir: `${dist}/${format}`, plugins: [escapeNonAscii()], ...options });
    writeFileSync(`${dist}/${format}/package.json`, `{ "type": "${type}", "sideEffects": false }\n`);
  }
  await bundle.close();
}

/** V8 needs two bytes for each character of a file that has one character beyond Latin-1, such as an ellipsis. */
function escapeNonAscii() {
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'escape-non-ascii',
    renderChunk: (code) => ({ code: code.replace(/[^\0-\x7f]/g, escape), map: null }),
  };
}

function oneCopy(chunks) {
  const code = [...chunks.values()].map((chunk) => chunk.code).join('');
  const build = `${name}@${version}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}`;
  return {
    name: 'one-copy',
    resolveId: (id, importer) => {
      if (id.startsWith('own:') || id.startsWith('copy:')) return id;
      return importer?.startsWith('own:') && id.startsWith('./') ? `copy:${id.slice(2)}` : null;
    },
    load: (id) => {
      const [, kind, file] = /^(own|copy):(.+)$/.exec(id) ?? [];
      if (kind === undefined) return null;
      return kind === 'own' ? chunks.get(file).code : facadeOf(chunks, file, build);
    },
  };
}

function facadeOf(chunks, file, build) {
  const nest = reaches(chunks, file, '@nestjs/common');
  const { names, passedOn } = exportsOf(chunks.get(file).code);
  return [
    ...passedOn.map(({ source, names }) => `export { ${names.join(', ')} } from 'copy:${source}';`),
    `import { firstCopy } from '${root}scripts/one-copy.mjs';`,
    ...(nest ? [`import { HttpException } from '@nestjs/common';`] : []),
    `import { ${names.map((name) => `${name} as own_${name}`).join(', ')} } from 'own:${file}';`,
    // An array is smaller than an object with names. Other local names, or rollup would rename the declarations themselves.
    `const [${names.map((name) => `_${name}`).join(', ')}] = firstCopy('${build}/${file}',`,
    `  [${names.map((name) => `own_${name}`).join(', ')}]${nest ? ', HttpException' : ''});`,
    `export { ${names.map((name) => `_${name} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/** The names that a chunk exports itself, and those that it only passes on. A bundler can leave out the chunk of the latter. */
function exportsOf(code) {
  const declarations = parseAst(code).body.filter(({ type }) => type === 'ExportNamedDeclaration');
  const own = declarations.filter(({ source }) => source === null);
  return {
    names: own.flatMap(({ specifiers }) => specifiers.map(({ exported }) => exported.name)),
    passedOn: declarations
      .filter(({ source }) => source !== null)
      .map(({ source, specifiers }) => ({
        source: source.value.slice('./'.length),
        names: specifiers.map(({ local, exported }) => `${local.name} as ${exported.name}`),
      })),
  };
}

/** Whether a chunk loads a package, itself or by another chunk. */
function reaches(chunks, file, dependency) {
  return chunks
    .get(file)
    .imports.some((id) => id === dependency || (chunks.has(id) && reaches(chunks, id, dependency)));
}
