// Optional properties that refuse `undefined` in an application with exactOptionalPropertyTypes.
import ts from 'typescript';
import { publicTypes } from './public-types.mjs';

/** Each such property of an exported interface, as `Interface.property`. */
export function optionalWithoutUndefined({ entries } = publicTypes()) {
  const interfaces = [...entries.values()].flat().flatMap(({ declarations }) => declarations.filter(ts.isInterfaceDeclaration));
  return interfaces.flatMap((node) => propertiesOf(node).filter(refusesUndefined).map(({ name }) => `${node.name.text}.${name.text}`));
}

function propertiesOf(node) {
  const found = [];
  const visit = (child) => {
    if (ts.isPropertySignature(child)) found.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function refusesUndefined({ questionToken, type }) {
  const parts = type !== undefined && ts.isUnionTypeNode(type) ? type.types : [type];
  const accepts = [ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.UnknownKeyword];
  return questionToken !== undefined && !parts.some((part) => accepts.includes(part?.kind));
}
