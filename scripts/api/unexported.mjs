// Types that a caller meets in a public signature, and cannot import by name.
import ts from 'typescript';
import { isComputed, isPrivate, publicTypes } from './public-types.mjs';

/** Each use of such a type, as `entry: exported name -> type`. */
export function unexportedTypes({ checker, entries, isOurs } = publicTypes()) {
  const exported = new Set([...entries.values()].flat());
  const found = new Set();
  for (const [entry, symbols] of entries) {
    for (const symbol of symbols) {
      for (const used of usedBy(symbol, checker)) {
        const isParameter = (used.flags & ts.SymbolFlags.TypeParameter) !== 0;
        if (isOurs(used) && !isParameter && !exported.has(used)) found.add(`${entry}: ${symbol.name} -> ${used.name}`);
      }
    }
  }
  return [...found].sort();
}

function usedBy(symbol, checker) {
  const used = new Set();
  const visit = (node) => {
    if (ts.isClassElement(node) && isPrivate(node)) return;
    const name = nameOfType(node);
    const found = name && checker.getSymbolAtLocation(name);
    if (found) used.add(found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found);
    ts.forEachChild(node, visit);
  };
  // A computed type has literal values. Its table need not be exported.
  symbol.declarations.filter((declaration) => !isComputed(declaration)).forEach(visit);
  return used;
}

function nameOfType(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  return undefined;
}
