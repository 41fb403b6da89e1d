// The declarations that the package ships, made in memory from the sources.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Below the repository, so that TypeScript finds the packages that the declarations import.
const virtual = join(root, 'artifacts/declarations');

/** The entries of package.json: 'index' for the main entry, 'redis' for nestjs-jwt-extended/redis. */
export function entryNames() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap(
    (subpath) => /dist\/esm\/(.+)\.js$/.exec(subpath.import?.default ?? '')?.[1] ?? [],
  );
}

/**
 * A program of the shipped declarations, and the exported symbols of each entry, sorted by name.
 * @returns {{ checker: ts.TypeChecker, entries: Map<string, ts.Symbol[]>, isOurs(symbol: ts.Symbol): boolean }}
 */
export function publicTypes() {
  const options = compilerOptions();
  const files = emitDeclarations(options);
  const program = ts.createProgram(
    entryNames().map((entry) => join(virtual, `${entry}.d.ts`)),
    { ...options, noEmit: true },
    hostOf(files, options),
  );
  const checker = program.getTypeChecker();
  const entries = new Map(entryNames().map((entry) => [entry, exportsOf(program, checker, entry)]));
  const isOurs = (symbol) =>
    (symbol.declarations ?? []).some((declaration) => files.has(declaration.getSourceFile().fileName));
  return { checker, entries, isOurs };
}

function compilerOptions() {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.esm.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
      },
    },
  );
  return { ...config.options, configFilePath: undefined };
}

function emitDeclarations(options) {
  const files = new Map();
  const sources = entryNames().map((entry) => join(root, 'src', `${entry}.ts`));
  const program = ts.createProgram(sources, { ...options, emitDeclarationOnly: true, outDir: virtual });
  program.emit(undefined, (file, text) => files.set(file, text));
  return files;
}

function hostOf(files, options) {
  const host = ts.createCompilerHost(options);
  const folders = new Set([...files.keys()].map(dirname));
  return {
    ...host,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile: (file) => files.get(file) ?? host.readFile(file),
    directoryExists: (folder) => folders.has(folder) || folder === virtual || host.directoryExists(folder),
    getSourceFile: (file, ...rest) =>
      files.has(file)
        ? ts.createSourceFile(file, files.get(file), { ...rest[0], languageVersion: options.target }, true)
        : host.getSourceFile(file, ...rest),
  };
}

function exportsOf(program, checker, entry) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(virtual, `${entry}.d.ts`)));
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Whether only its own class can use a member. */
export function isPrivate(member) {
  const isHidden = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
  return isHidden || (member.name !== undefined && ts.isPrivateIdentifier(member.name));
}

/** Whether a type is computed from a value, as `keyof typeof TABLE` is. */
export function isComputed(declaration) {
  const queries = (node) => ts.isTypeQueryNode(node) || ts.forEachChild(node, queries);
  return ts.isTypeAliasDeclaration(declaration) && queries(declaration.type) === true;
}
