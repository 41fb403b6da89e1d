// The public surface as text: what each entry exports, with the types of all members.
import ts from 'typescript';
import { isComputed, isPrivate, publicTypes } from './public-types.mjs';

const printer = ts.createPrinter({ removeComments: true });

/** The report of each entry, by file name. */
export function reports(types = publicTypes()) {
  const { checker, entries } = types;
  return new Map([...entries].map(([entry, symbols]) => [`${entry}.md`, reportOf(entry, symbols, checker)]));
}

function reportOf(entry, symbols, checker) {
  const specifier = `nestjs-jwt-extended${entry === 'index' ? '' : `/${entry}`}`;
  const declarations = symbols.flatMap((symbol) => symbol.declarations.map((node) => print(node, checker)));
  return [
    `# ${specifier}`,
    '',
    `The script \`npm run api\` writes this page. Names: ${symbols.length}.`,
    '',
    '```ts',
    declarations.join('\n\n'),
    '```',
    '',
  ].join('\n');
}

function print(declaration, checker) {
  if (isComputed(declaration)) return `type ${declaration.name.text} = ${literalsOf(declaration, checker)};`;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const { transformed } = ts.transform(statement, [withoutPrivateMembers]);
  const text = printer.printNode(ts.EmitHint.Unspecified, transformed[0], declaration.getSourceFile());
  return text.replace(/^export (declare )?/, '');
}

/** The values of a type such as `keyof typeof TABLE`, which show a change of the table. */
function literalsOf({ name }, checker) {
  const type = checker.getTypeAtLocation(name);
  const values = (type.isUnion() ? type.types : [type]).map((part) => part.value);
  if (values.some((value) => typeof value !== 'string')) throw new Error(`${name.text} has other values than texts`);
  return values
    .map((value) => `'${value}'`)
    .sort()
    .join(' | ');
}

function withoutPrivateMembers() {
  return (node) => {
    if (!ts.isClassDeclaration(node)) return node;
    const members = node.members.filter((member) => !isPrivate(member));
    const { modifiers, name, typeParameters, heritageClauses } = node;
    return ts.factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
  };
}
