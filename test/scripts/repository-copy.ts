import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copy of this repository in a separate folder, so that scripts affect no other spec. */
export class RepositoryCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'repository-'));

  constructor() {
    const files = this.git(process.cwd(), 'ls-files', '--cached', '--others', '--exclude-standard').split('\n');
    for (const file of files.filter(Boolean)) cpSync(file, join(this.folder, file));
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
    this.git(this.folder, 'init', '--quiet');
    this.git(this.folder, 'add', '--all');
  }

  /** Runs a command to its end and returns its output. Throws the output if the command fails. */
  async run(command: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const process = this.spawn(command, env);
    const [code] = (await once(process, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${command} ended with ${code}\n${process.output}`);
    return process.output;
  }

  /** Starts a server, and returns its address as soon as the server prints it. */
  async serve(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ url: string; stop(): Promise<void> }> {
    const server = this.spawn(command, env);
    const url = await new Promise<string>((resolve, reject) => {
      server.once('close', (code) => reject(new Error(`${command} ended with ${code}\n${server.output}`)));
      server.stdout?.on('data', () => {
        const address = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(server.output)?.[0];
        if (address !== undefined) resolve(address);
      });
    });
    const stop = async () => {
      // npm does not forward a signal, so the whole group gets it.
      process.kill(-(server.pid as number), 'SIGTERM');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'close');
    };
    return { url, stop };
  }

  /** The changed and added files, without ignored ones. */
  changes(): string[] {
    const changed = this.git(this.folder, 'diff', '--name-only');
    const added = this.git(this.folder, 'ls-files', '--others', '--exclude-standard');
    return `${changed}${added}`.split('\n').filter(Boolean);
  }

  /** Restores the changed files, and removes the added files. */
  restore(): void {
    this.git(this.folder, 'checkout', '--quiet', '--', '.');
    this.git(this.folder, 'clean', '--force', '-d', '--quiet');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private spawn(command: string, env: NodeJS.ProcessEnv): ChildProcess & { output: string } {
    // The shell of a user does not have the variables of Jest.
    const {
      FORCE_COLOR: _color,
      NODE_OPTIONS: _options,
      NODE_ENV: _environment,
      JEST_WORKER_ID: _worker,
      ...inherited
    } = process.env;
    // With CI=true some programs print colors into a pipe, which would split the address of a server.
    const options = { cwd: this.folder, env: { ...inherited, NO_COLOR: '1', ...env } };
    const child = Object.assign(spawn(command, { ...options, shell: true, detached: true, stdio: 'pipe' }), {
      output: '',
    });
    child.stdin.end();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (child.output += text));
    }
    return child;
  }

  private git(folder: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  }
}
