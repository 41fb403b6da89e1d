import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { nodeExecutable } from '../../bench/harness/node-versions.mjs';
import { freePort } from '../support/free-port.js';
import { packedTarball } from './packed.js';

/** A project as the CLI of Nest creates it. */
export interface NewProject {
  readonly nest: 11 | 12;
  /** The module system, which Nest 12 asks for. It also decides the test runner. */
  readonly type?: 'esm' | 'cjs';
  /** The page of Nest about Fastify leaves the package of Express, and most people remove it. Default: Express. */
  readonly adapter?: 'Fastify' | 'Fastify, with the package of Express';
  /** The Node that runs the project. Default: the one that runs the tests. */
  readonly node?: string;
}

/** Packages that no script of the test uses. */
const UNUSED = /eslint|oxlint|prettier|globals|@nestjs\/mau|coverage|supertest-session|source-map-support/;
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** A project with its packages, in a folder of its own. */
export class NestProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'nest-project-'));
  private readonly path: string;

  constructor({ nest, type, node, adapter }: NewProject) {
    const bin = node === undefined ? process.execPath : nodeExecutable(node);
    this.path = [dirname(bin), process.env.PATH ?? ''].join(delimiter);
    cpSync(createdBy(nest, type), this.folder, { recursive: true });
    const file = join(this.folder, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: Record<string, string> };
    const used = Object.entries(manifest.devDependencies).filter(([name]) => !UNUSED.test(name));
    writeFileSync(file, JSON.stringify({ ...manifest, devDependencies: Object.fromEntries(used) }, null, 2));
    if (adapter !== undefined) this.changeToFastify(adapter === 'Fastify');
  }

  /** The steps of https://docs.nestjs.com/techniques/performance, and the e2e test of its page about tests. */
  private changeToFastify(removesExpress: boolean): void {
    const imports = (names: string) => `import { ${names} } from '@nestjs/platform-fastify';\n`;
    this.change('package.json', (text) => {
      const manifest = JSON.parse(text) as { dependencies: Record<string, string> };
      const { '@nestjs/platform-express': range = '', ...others } = manifest.dependencies;
      const express = removesExpress ? {} : { '@nestjs/platform-express': range };
      const dependencies = { ...others, ...express, '@nestjs/platform-fastify': range };
      return JSON.stringify({ ...manifest, dependencies }, null, 2);
    });
    this.change('src/main.ts', (text) =>
      imports('FastifyAdapter, NestFastifyApplication').concat(
        text.replace('.create(AppModule', '.create<NestFastifyApplication>(AppModule, new FastifyAdapter()'),
      ),
    );
    this.change('test/app.e2e-spec.ts', (text) =>
      imports('FastifyAdapter, NestFastifyApplication').concat(
        text
          .replace('let app: INestApplication<App>', 'let app: NestFastifyApplication')
          .replace('createNestApplication()', 'createNestApplication(new FastifyAdapter())')
          .replace('await app.init();', 'await app.init();\n    await app.getHttpAdapter().getInstance().ready();'),
      ),
    );
  }

  private change(file: string, by: (text: string) => string): void {
    const text = this.read(file);
    const changed = by(text);
    if (changed === text) throw new Error(`${file} has another form.`);
    writeFileSync(join(this.folder, file), changed);
  }

  /** Installs the packages of the project, and the packed library. Another project with almost the same packages saves time. */
  install(similar?: NestProject): void {
    if (similar !== undefined) {
      const packages = ['node_modules', 'package-lock.json'].map((name) => join(similar.folder, name));
      this.run('cp', '--archive', '--link', ...packages, '.');
    }
    this.run('npm', ...INSTALL, packedTarball);
  }

  /** Installs what package.json has, as npm does after a change. */
  installAgain(): void {
    this.run('npm', ...INSTALL);
  }

  /** Runs a program in the project. @throws Error with all that it printed, unless it ends with `status` */
  run(command: string, ...args: string[]): string {
    const options = { cwd: this.folder, encoding: 'utf8', env: this.environment() } as const;
    const { status, stdout, stderr } = spawnSync(command, args, options);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout + stderr;
  }

  /** `npm start` on a free port. Resolves with its address as soon as it answers. */
  async start(): Promise<{ url: string; stop: () => void }> {
    const port = await freePort();
    const env = this.environment({ PORT: String(port) });
    const process = spawn('npm', ['start'], {
      cwd: this.folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [process.stdout, process.stderr]) stream.on('data', (text) => (output += text));
    const url = `http://localhost:${port}`;
    while (!(await answers(url))) {
      if (process.exitCode !== null) throw new Error(output);
    }
    return { url, stop: () => endGroup(process) };
  }

  exists(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    // The variables of Jest are not those of a user.
    const { NODE_ENV: _env, NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...env } = process.env;
    return { ...env, PATH: this.path, CI: 'true', ...more };
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    await new Promise((next) => setTimeout(next, 100));
    return false;
  }
}

/** npm does not end the process that it started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid);
}

/** The files that `nest new` writes. They remain between runs, as the CLI does. */
function createdBy(nest: number, type?: string): string {
  const cli = resolve(`artifacts/nest-cli-${nest}`);
  const name = ['project', type].filter(Boolean).join('-');
  const project = join(cli, name);
  if (existsSync(join(project, 'package.json'))) return project;
  mkdirSync(cli, { recursive: true });
  writeFileSync(join(cli, 'package.json'), '{ "private": true }');
  // The templates of Nest 12 need Node 22.
  const node = nest === 12 ? nodeExecutable('22') : process.execPath;
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const run = (command: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: cli, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  };
  run('npm', [...INSTALL, `@nestjs/cli@${nest}`, `@nestjs/schematics@${nest}`]);
  const schematics = 'node_modules/@angular-devkit/schematics-cli/bin/schematics.js';
  const options = nest === 12 ? [`--type=${type}`, '--no-observe', '--no-dry-run'] : ['--dry-run=false'];
  // As `nest new` calls it, without its questions.
  run(node, [schematics, '@nestjs/schematics:application', `--name=${name}`, '--language=ts', ...options]);
  return project;
}
