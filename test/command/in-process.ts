import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCommand } from '../../src/command/command.js';

/** What a command returned and wrote. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working directory, in which commands run in this process. */
export class Folder {
  constructor(readonly path = mkdtempSync(join(tmpdir(), 'command-'))) {}

  async run(args: readonly string[], stdin = ''): Promise<Output> {
    let [stdout, stderr] = ['', ''];
    const code = await runCommand(args, {
      folder: this.path,
      env: {},
      stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
      print: (text) => (stdout += text),
      notify: (text) => (stderr += text),
    });
    return { code, stdout, stderr };
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as everywhere in tests, the assertions are its check
  json(file: string): any {
    return JSON.parse(this.read(file));
  }

  /** The permissions of a file, in octal digits. */
  mode(file: string): string {
    return (statSync(join(this.path, file)).mode & 0o777).toString(8);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
