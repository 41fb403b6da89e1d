import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The inputs of the build. */
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.esm.json',
  'tsconfig.cjs.json',
  'nest-cli.json',
  'scripts/build.mjs',
  'scripts/one-copy.mjs',
  'migrations',
  'src',
  'sample/tsconfig.json',
  'sample/public',
  'sample/src',
];

/** The output folders of the build, and the file that is written last in each. */
const BUILT = { dist: 'dist/cjs/package.json', 'sample/dist': 'sample/dist/main.js' };

/**
 * The sample after the steps of `npm start`, in its own folder, so that the tests do not replace the `dist` of the
 * repository. If that `dist` is newer than its sources, it is copied instead of built.
 */
export class BuiltSample {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sample-'));
  private server?: ChildProcess;

  /** Builds the sample and starts it on a free port. Returns its address. */
  async start(): Promise<string> {
    const isBuilt = isNewer(Object.values(BUILT), SOURCES);
    for (const path of isBuilt ? [...SOURCES, ...Object.keys(BUILT)] : SOURCES) {
      cpSync(path, join(this.folder, path), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
    for (const script of isBuilt ? [] : ['build', 'build:sample']) {
      await run('npm', ['run', '--silent', script], { cwd: this.folder });
    }
    return this.serve();
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server?.exitCode === null) {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await exited;
    }
    rmSync(this.folder, { recursive: true });
  }

  /** Starts the server. Resolves with its address as soon as the server has printed it. */
  private serve(): Promise<string> {
    const environment = { ...process.env, PORT: '0', NODE_ENV: 'development' };
    const server = spawn(process.execPath, ['sample/dist/main.js'], {
      cwd: this.folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`The sample ended with ${code}`)));
      createInterface(server.stdout).on('line', (line) => {
        const address = /^The sample runs at (http:\/\/localhost:\d+)\. /.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
    });
  }
}

/** Whether all `files` are newer than all `others`. */
function isNewer(files: readonly string[], others: readonly string[]): boolean {
  if (!files.every((file) => existsSync(file))) return false;
  const all = others.flatMap((path) =>
    statSync(path).isFile()
      ? [path]
      : readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)),
  );
  const time = (path: string) => statSync(path).mtimeMs;
  return Math.min(...files.map(time)) > Math.max(...all.map(time));
}
