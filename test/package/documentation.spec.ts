import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packedFolder } from './packed.js';

const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  exports: Record<string, { import?: { types: string } }>;
};
const entries = Object.values(manifest.exports).flatMap((subpath) => (subpath.import ? [subpath.import.types] : []));
const files = entries.map((entry) => join(packedFolder, entry));
// The unpacked tarball has no installed dependencies. The test only needs our own declarations.
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

/** Fields, methods and accessors. Constructors are called by Nest; parameters and index signatures have no comment. */
const isMember = (node: ts.Node): node is ts.Declaration =>
  ts.isPropertySignature(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isMethodSignature(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isAccessor(node);

/** The members of a declaration and of the types in it. The comment of a union explains the members of its variants. */
function membersOf(symbol: ts.Symbol): Map<string, ts.Symbol> {
  const members = new Map<string, ts.Symbol>();
  const visit = (node: ts.Node, path: string): void => {
    if ((isMember(node) && !isPublic(node)) || (ts.isUnionTypeNode(node) && ts.isTypeAliasDeclaration(node.parent)))
      return;
    const member = isMember(node) ? checker.getSymbolAtLocation(ts.getNameOfDeclaration(node) as ts.Node) : undefined;
    const inside = member === undefined ? path : `${path}.${member.name}`;
    if (member !== undefined) members.set(inside, member);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  symbol.declarations?.forEach((declaration) => visit(declaration, symbol.name));
  return members;
}

const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;

describe('the published types', () => {
  const published = [...new Set(files.flatMap(exportsOf))];

  it('are in the package', () => {
    expect(published.map((symbol) => symbol.name)).toEqual(
      expect.arrayContaining(['JwtExtendedModule', 'TokenService']),
    );
  });

  it('have a comment on every exported name', () => {
    expect(published.filter((symbol) => !isDocumented(symbol)).map((symbol) => symbol.name)).toEqual([]);
  });

  it('have a comment on every public member', () => {
    const undocumented = published.flatMap((symbol) =>
      [...membersOf(symbol)].flatMap(([path, member]) => (isDocumented(member) ? [] : [path])),
    );
    expect(undocumented).toEqual([]);
  });
});
