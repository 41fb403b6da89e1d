import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The comment before the block: `file: PATH` or `test: PATH`. */
  readonly marker?: { readonly kind: 'file' | 'test'; readonly path: string } | undefined;
}

/** The pages of the documentation, README.md included. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('.vitepress'))
    .map((name) => `docs/${name}`)
    .sort(),
];

const BLOCK = /(?:^ *<!-- (file|test): (\S+?)(?: ?#\S+)? -->\n\n?)?^( *)```(\w*)\n(.*?)^\3```$/gms;

/** The code blocks of a Markdown text, without the indentation of the list that they stand in. */
export function codeBlocksOf(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(([, kind, path = '', indent = '', language = '', code = '']) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    marker: kind === undefined ? undefined : { kind: kind as 'file' | 'test', path },
  }));
}

/** The text of a page and its code blocks. */
export function readPage(page: string): { readonly text: string; readonly blocks: readonly CodeBlock[] } {
  const text = readFileSync(page, 'utf8');
  return { text, blocks: codeBlocksOf(text) };
}

/** The rows of all tables of a page with this header. Each row is a list of cells. */
export function rowsOf(page: string, header: readonly string[]): string[][] {
  const tables = readFileSync(page, 'utf8')
    .split(/\n\n/)
    .filter((part) => part.startsWith('|'));
  const matching = tables.map(cellsOf).filter(([head]) => head?.join() === header.join());
  if (matching.length === 0) throw new Error(`${page} has no table ${header.join(' | ')}`);
  // The first two lines are the header and its separator.
  return matching.flatMap((lines) => lines.slice(2));
}

function cellsOf(table: string): string[][] {
  const lines = table.trim().split('\n');
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The texts in backticks in a cell. */
export function quoted(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}
