/** An import that a file needs. */
export interface NewImport {
  readonly name: string;
  /** The path of the module. */
  readonly from: string;
}

/** The source with a module in the `imports` of its only `@Module()`; `null` if the source has another form. */
export function withModule(source: string, added: NewImport): string | null {
  const code = blankedOut(source);
  const modules = [...code.matchAll(/@Module\s*\(\s*\{/g)];
  const [decorator] = modules;
  if (decorator === undefined || modules.length > 1) return null;
  const start = decorator.index + decorator[0].length;
  const list = importsFrom(code, start);
  if (list === null) return null;
  if (list.position === null) {
    return withImport(insert(source, start, `\n  imports: [${added.name}],`), added);
  }
  const rest = source.slice(list.position);
  // A list with an item in each line gets another line.
  const line = /^[ \t]*\r?\n[ \t]*/.exec(rest)?.[0];
  const isEmpty = /^\s*\]/.test(code.slice(list.position));
  const text = line !== undefined && !isEmpty ? `${line}${added.name},` : `${added.name}${isEmpty ? '' : ', '}`;
  return withImport(insert(source, list.position, text), added);
}

/** The source with a call before `app.listen()`; `null` if the source has another form. */
export function withCall(source: string, added: NewImport): string | null {
  const code = blankedOut(source);
  const calls = [...code.matchAll(/^([ \t]*)(?:await )?(\w+)\.listen\(/gm)];
  const [call] = calls;
  if (call === undefined || calls.length > 1) return null;
  const [, indentation = '', app = ''] = call;
  return withImport(insert(source, call.index, `${indentation}${added.name}(${app});\n`), added);
}

/** Where the list of `imports` begins. `position: null`: there is none. `null`: it is no list in brackets. */
function importsFrom(code: string, start: number): { position: number | null } | null {
  let depth = 0;
  for (let index = start; index < code.length; index++) {
    const character = code[index] as string;
    if ('}])'.includes(character) && depth-- === 0) return { position: null };
    if ('{[('.includes(character)) depth++;
    const key = depth === 0 ? /^imports\b\s*(:?)\s*(\[?)/.exec(code.slice(index)) : null;
    if (key === null || /[\w$.]/.test(code[index - 1] ?? '')) continue;
    return key[1] === '' || key[2] === '' ? null : { position: index + key[0].length };
  }
  return null;
}

/** Adds the import after the last one, in the quotes of the file. */
function withImport(source: string, { name, from }: NewImport): string {
  const code = blankedOut(source);
  const imports = [...code.matchAll(/^import\b[^'"]*(['"]) *\1;?/gm)];
  const last = imports.at(-1);
  const quote = last?.[1] ?? "'";
  const line = `import { ${name} } from ${quote}${from}${quote};\n`;
  if (last === undefined) return `${line}${source}`;
  const end = last.index + last[0].length;
  return insert(source, end, `\n${line.trimEnd()}`);
}

function insert(source: string, position: number, text: string): string {
  return source.slice(0, position) + text + source.slice(position);
}

/** The source with blanks instead of comments and between quotes, so that positions stay the same. */
function blankedOut(source: string): string {
  return source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (text) => (text.startsWith('/') ? blanks(text) : `${text[0]}${blanks(text.slice(1, -1))}${text.at(-1)}`),
  );
}

function blanks(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
