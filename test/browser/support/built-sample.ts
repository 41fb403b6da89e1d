import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The inputs of the build. */
const SOURCES = [
  'package.json',
  'README.md',
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

/** What the sample reads while it runs. */
const LINKED = ['node_modules', 'docs', 'examples'];

/** The output folders of the build, and the file that is written last in each. */
const BUILT = { dist: 'dist/cjs/package.json', 'sample/dist': 'sample/dist/main.js' };

/**
 * The sample after the steps of `npm start`, in its own folder, so that the tests do not replace the `dist` of the
 * repository. If that `dist` is newer than its sources, it is copied instead of built. All specs share one build.
 */
export class BuiltSample {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sample-'));
  private server?: ChildProcess;

  /** Builds the sample and starts it on a free port. Returns its address. */
  async start(): Promise<string> {
    const paths = [...SOURCES, ...Object.keys(BUILT)];
    const shared = join(tmpdir(), `built-sample-${digestOf(SOURCES)}`);
    const isInRepository = isNewer(Object.values(BUILT), SOURCES);
    const isBuilt = isInRepository || existsSync(shared);
    const from = isInRepository || !isBuilt ? '.' : shared;
    copy(isBuilt ? paths : SOURCES, from, this.folder);
    for (const path of LINKED) symlinkSync(resolve(path), join(this.folder, path));
    if (!isBuilt) {
      for (const script of ['build', 'build:sample'])
        await run('npm', ['run', '--silent', script], { cwd: this.folder });
      share(paths, this.folder, shared);
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

function copy(paths: readonly string[], from: string, to: string): void {
  for (const path of paths) cpSync(join(from, path), join(to, path), { recursive: true });
}

/** The folder appears at once, so no other process copies half of it. The first of two processes wins. */
function share(paths: readonly string[], from: string, to: string): void {
  const unfinished = mkdtempSync(`${to}-`);
  copy(paths, from, unfinished);
  try {
    renameSync(unfinished, to);
  } catch {
    rmSync(unfinished, { recursive: true });
  }
}

function digestOf(paths: readonly string[]): string {
  const digest = createHash('sha256').update(resolve('.'));
  for (const path of filesIn(paths)) digest.update(path).update(readFileSync(path));
  return digest.digest('hex').slice(0, 16);
}

function filesIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (statSync(path).isFile()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
    return names.filter((name) => statSync(name).isFile());
  });
}

/** Whether all `files` are newer than all `others`. */
function isNewer(files: readonly string[], others: readonly string[]): boolean {
  if (!files.every((file) => existsSync(file))) return false;
  const time = (path: string) => statSync(path).mtimeMs;
  return Math.min(...files.map(time)) > Math.max(...filesIn(others).map(time));
}
