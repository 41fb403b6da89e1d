import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packedFolder } from './packed.js';

const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  exports: Record<string, { import?: { types: string } }>;
};
const entries = Object.values(manifest.exports).flatMap((subpath) => (subpath.import ? [subpath.import.types] : []));
const files = entries.map((entry) => join(packedFolder, entry));
// The dependencies are not installed next to the unpacked tarball; what matters here are our own declarations.
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 });
const checker = program.getTypeChecker();

function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} exports nothing`);
  return checker.getExportsOfModule(module).map(declared);
}

function declared(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
const isPublic = (declaration: ts.Declaration) => {
  const name = ts.getNameOfDeclaration(declaration);
  return !(ts.getCombinedModifierFlags(declaration) & hidden) && !(name && ts.isPrivateIdentifier(name));
};

/** Fields, methods and accessors; constructors are called by Nest, type parameters and index signatures have no page. */
const isMember = (declaration: ts.Declaration) =>
  ts.isPropertySignature(declaration) ||
  ts.isPropertyDeclaration(declaration) ||
  ts.isMethodSignature(declaration) ||
  ts.isMethodDeclaration(declaration) ||
  ts.isAccessor(declaration);

function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const literals = (symbol.declarations ?? []).filter(ts.isTypeAliasDeclaration).map(({ type }) => type);
  const ofLiterals = literals
    .filter(ts.isTypeLiteralNode)
    .flatMap((type) => checker.getTypeAtLocation(type).getProperties());
  const own = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? []), ...ofLiterals];
  return own.filter((member) =>
    member.declarations?.some((declaration) => isMember(declaration) && isPublic(declaration)),
  );
}

const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;

describe('the published types', () => {
  const published = [...new Set(files.flatMap(exportsOf))];

  it('are there', () => {
    expect(published.map((symbol) => symbol.name)).toEqual(
      expect.arrayContaining(['JwtExtendedModule', 'TokenService']),
    );
  });

  it('have a comment on every exported name', () => {
    expect(published.filter((symbol) => !isDocumented(symbol)).map((symbol) => symbol.name)).toEqual([]);
  });

  it('have a comment on every public member', () => {
    const undocumented = published.flatMap((symbol) =>
      membersOf(symbol)
        .filter((member) => !isDocumented(member))
        .map((member) => `${symbol.name}.${member.name}`),
    );
    expect(undocumented).toEqual([]);
  });
});
