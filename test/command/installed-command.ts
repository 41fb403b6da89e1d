import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';
import { compile } from '../support/worker-build.js';
import type { Output } from './in-process.js';

/** A project with the library in its `node_modules`, where `npx` finds the command. */
export class InstalledCommand {
  private constructor(readonly folder: string) {}

  static async make(): Promise<InstalledCommand> {
    const cache = resolve('node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'command-'));
    const library = join(folder, 'node_modules/nestjs-jwt-extended');
    await compile(resolve('src'), library, { name: 'nestjs-jwt-extended', exports: { '.': './index.js' } });
    const main = join(library, 'command/main.js');
    writeFileSync(main, `#!/usr/bin/env node\n${readFileSync(main, 'utf8')}`);
    chmodSync(main, 0o755);
    mkdirSync(join(folder, 'node_modules/.bin'));
    symlinkSync('../nestjs-jwt-extended/command/main.js', join(folder, 'node_modules/.bin/nestjs-jwt-extended'));
    return new InstalledCommand(folder);
  }

  /** Runs a line of a shell in the project. */
  async run(line: string): Promise<Output> {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    return new Promise((done) => {
      execFile('bash', ['-c', line], { cwd: this.folder, env }, (error, stdout, stderr) =>
        done({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  /** Compiles a source as the build of an application does. */
  async compile(file: string, source: string, type: 'es6' | 'commonjs'): Promise<void> {
    const parser = { syntax: 'typescript', decorators: true } as const;
    const { code } = await transform(source, {
      swcrc: false,
      jsc: { target: 'es2023', parser, transform: { legacyDecorator: true, decoratorMetadata: true } },
      module: { type },
    });
    this.write(file, code);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
