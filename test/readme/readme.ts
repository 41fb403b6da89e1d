import { readFileSync } from 'node:fs';

export const readme = readFileSync('README.md', 'utf8');

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The blocks of a text in Markdown. */
export function codeBlocksOf(markdown: string): readonly CodeBlock[] {
  const blocks = markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = '', code = '']) => ({ language, code }));
}

export const codeBlocks = codeBlocksOf(readme);

/** The rows of every table whose header reads like this, each a list of its cells. */
export function rowsOf(header: readonly string[]): string[][] {
  const tables = readme.split(/\n\n/).filter((part) => part.startsWith('|'));
  const matching = tables.map(cellsOf).filter(([head]) => head?.join() === header.join());
  if (matching.length === 0) throw new Error(`README.md has no table ${header.join(' | ')}`);
  // After the header and the line below it.
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

/** What stands in backticks in a cell. */
export function quoted(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}
