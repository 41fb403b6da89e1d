// Starts one of the examples: npm run example 01-another-path. Without a name, it lists them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const built = join(root, 'dist/esm/index.js');
const [name] = process.argv.slice(2);
const names = readdirSync(examples).filter((entry) => existsSync(join(examples, entry, 'main.ts')));

if (names.includes(name)) {
  if (!isBuilt()) execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  const { app } = await import(pathToFileURL(compile(name)).href);
  const { port } = new URL(await app.getUrl());
  console.log(`\nhttp://localhost:${port} serves ${name}. Try:\n\n${commandsOf(name, port)}`);
} else {
  console.error(`Name one of the examples: npm run example ${names[0]}\n\n${names.join('\n')}`);
  process.exitCode = 1;
}

/** Whether the built package is newer than each of its sources. */
function isBuilt() {
  if (!existsSync(built)) return false;
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((file) => join(root, 'src', file));
  return sources.every((file) => statSync(file).mtimeMs < statSync(built).mtimeMs);
}

/** Compiles the files of an example without a check of types, and returns the path of the first one. */
function compile(example) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const folder = join(examples, 'dist', example);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(examples, example)).filter((file) => file.endsWith('.ts'))) {
    const source = readFileSync(join(examples, example, file), 'utf8');
    const compilerOptions = { ...options, module: ts.ModuleKind.ESNext, sourceMap: false };
    const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: file });
    writeFileSync(join(folder, file.replace(/ts$/, 'js')), outputText);
  }
  return join(folder, 'main.js');
}

/** The indented lines of the first comment: commands, and what the server answers. */
function commandsOf(example, port) {
  const source = readFileSync(join(examples, example, 'main.ts'), 'utf8');
  const lines = [...source.matchAll(/^\/\/ {3}(.*)$/gm)].map(([, line]) => line);
  return lines.join('\n').replaceAll('localhost:3000', `localhost:${port}`);
}
