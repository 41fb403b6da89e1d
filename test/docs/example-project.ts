import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CodeBlock } from './page.js';

/** A temporary project with the TypeScript of a page. The first line of each block names its file. */
export class ExampleProject {
  readonly folder: string;
  readonly files: readonly string[];

  constructor(blocks: readonly CodeBlock[]) {
    // The folder must be in the repository, where Node finds the packages. Git, lint and format ignore it.
    mkdirSync('artifacts', { recursive: true });
    this.folder = mkdtempSync(resolve('artifacts/docs-'));
    this.files = writeBlocks(this.folder, blocks);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Writes the blocks of TypeScript that are no copies of a file, and returns the paths. */
export function writeBlocks(folder: string, blocks: readonly CodeBlock[]): string[] {
  const written = new Set<string>();
  for (const { language, code, marker } of blocks) {
    if (language !== 'ts' || marker !== undefined) continue;
    const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    if (file === undefined) throw new Error(`A block of TypeScript has no file name:\n${code}`);
    if (written.has(file)) throw new Error(`Two blocks of one page have the name ${file}`);
    written.add(file);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  return [...written];
}
