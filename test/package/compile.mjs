// Compiles the sources of a consumer with one version of TypeScript: node compile.mjs TYPESCRIPT FOLDER RESOLUTIONS
// Prints the errors as JSON.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [typescript, folder, resolutions] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(typescript);

const settings = {
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ES2022, moduleResolution: ts.ModuleResolutionKind.Bundler },
  node10: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
};
const strict = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  strict: true,
  noEmit: true,
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: false,
  types: ['node', 'jest'],
  // TypeScript 6 calls node10 deprecated.
  ...(Number(ts.versionMajorMinor) >= 6 && { ignoreDeprecations: '6.0' }),
};

const sources = readdirSync(join(folder, 'sources'), { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(folder, 'sources', file));
const found = [];
process.chdir(folder);
for (const resolution of resolutions.split(',')) {
  let program;
  const parsed = new Map();
  for (const exactOptionalPropertyTypes of [false, true]) {
    const options = { ...strict, ...settings[resolution], exactOptionalPropertyTypes };
    program = ts.createProgram(sources, options, hostOf(options, parsed), program);
    const name = `${resolution}${exactOptionalPropertyTypes ? ', exactOptionalPropertyTypes' : ''}`;
    found.push(...problemsOf(program).map((problem) => `${name}: ${textOf(problem)}`));
  }
}
console.log(JSON.stringify(found));

/** Parses each file once for the programs of one module resolution, which is a quarter of the work. */
function hostOf(options, parsed) {
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) => {
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...rest));
    return parsed.get(file);
  };
  return host;
}

/** Old versions of TypeScript refuse some declarations of Nest and others. Only the consumer and our declarations count. */
function problemsOf(program) {
  const ours = /\/node_modules\/nestjs-jwt-extended\//;
  const files = program
    .getSourceFiles()
    .filter(({ fileName }) => !/\/node_modules\//.test(fileName) || ours.test(fileName));
  if (!files.some(({ fileName }) => ours.test(fileName))) throw new Error('No file of the package was found.');
  return [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
}

function textOf({ file, start, messageText }) {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName.replace(`${folder}/`, '')}:${line + 1}: ${text}`;
}
