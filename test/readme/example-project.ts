import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { codeBlocks, type CodeBlock } from './readme.js';

/** A temporary project with the code blocks of a page. The first line of each block names its file. */
export class ExampleProject {
  readonly folder: string;
  readonly files: readonly string[];

  constructor(blocks: readonly CodeBlock[] = codeBlocks) {
    // The folder must be in the repository, where Node finds the packages. Git, lint and format ignore it.
    mkdirSync('artifacts', { recursive: true });
    this.folder = mkdtempSync(resolve('artifacts/readme-'));
    this.files = blocks.filter(({ language }) => language === 'ts').map(({ code }) => this.write(code));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** The errors of TypeScript with the strict settings of this repository. */
  diagnostics(): string[] {
    const config = { extends: '../../tsconfig.json', files: this.files, include: [] };
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, this.folder);
    const program = ts.createProgram(fileNames, options);
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(code: string): string {
    const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    if (file === undefined) throw new Error(`A block of TypeScript has no file name:\n${code}`);
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), code);
    return file;
  }
}
