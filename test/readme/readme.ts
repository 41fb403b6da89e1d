import { readFileSync } from 'node:fs';

export const readme = readFileSync('README.md', 'utf8');

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The code blocks of a Markdown text. */
export function codeBlocksOf(markdown: string): readonly CodeBlock[] {
  const blocks = markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = '', code = '']) => ({ language, code }));
}

export const codeBlocks = codeBlocksOf(readme);

/** The rows of all tables with this header. Each row is a list of cells. */
export function rowsOf(header: readonly string[]): string[][] {
  const tables = readme.split(/\n\n/).filter((part) => part.startsWith('|'));
  const matching = tables.map(cellsOf).filter(([head]) => head?.join() === header.join());
  if (matching.length === 0) throw new Error(`README.md has no table ${header.join(' | ')}`);
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
