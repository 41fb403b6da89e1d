import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { packedTarball } from './packed.js';

/** Much longer than the path takes. Almost all of it is the installation of the packages of Nest. */
const LONGEST_SECONDS = 480;

/** The line of the new application before which a line is added, or which a block replaces. */
type Change = readonly [file: string, before: string, after: string];

const IMPORTS = `  imports: [
    JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY }),
    JwtAuthModule.forRoot({
      authenticate: (username, password) => (username === 'alice' && password === 'secret' ? { id: 1 } : null),
    }),
  ],`;

const CHANGES: readonly Change[] = [
  [
    'src/app.module.ts',
    'import { Module }',
    "import { JwtExtendedModule } from 'nestjs-jwt-extended';\nimport { Module }",
  ],
  [
    'src/app.module.ts',
    'import { Module }',
    "import { JwtAuthModule } from 'nestjs-jwt-extended/auth';\nimport { Module }",
  ],
  ['src/app.module.ts', '  imports: [],', IMPORTS],
  [
    'src/app.controller.ts',
    'import { Controller',
    "import { JwtRequired } from 'nestjs-jwt-extended';\nimport { Controller",
  ],
  ['src/app.controller.ts', '@Controller()', '@JwtRequired()\n@Controller()'],
];

/** A new application of a stranger, and the time of each step. */
class Stranger {
  readonly folder = mkdtempSync(join(tmpdir(), 'stranger-'));
  readonly times: string[] = [];
  private server?: ChildProcess;

  constructor(private readonly major: number) {}

  private get application(): string {
    return join(this.folder, 'app');
  }

  async timed<T>(step: string, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.times.push(`${step}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  }

  create(): void {
    const cli = ['exec', '--yes', '--prefer-offline', `--package=@nestjs/cli@${this.major}`, '--', 'nest'];
    this.run([...cli, 'new', 'app', '--skip-git', '--skip-install', '--package-manager', 'npm'], this.folder);
  }

  install(): void {
    const options = ['--prefer-offline', '--no-audit', '--no-fund'];
    this.run(['install', ...options, packedTarball, `@nestjs/jwt@${this.major}`]);
  }

  /** Returns the number of lines that the application has more. */
  write(): number {
    return CHANGES.map(([file, before, after]) => {
      const path = join(this.application, file);
      const source = readFileSync(path, 'utf8');
      const changed = source.replace(before, after);
      if (changed === source) throw new Error(`${file} has no ${before}`);
      writeFileSync(path, changed);
      const old = new Set(source.split('\n'));
      return changed.split('\n').filter((line) => !old.has(line)).length;
    }).reduce((sum, lines) => sum + lines, 0);
  }

  /** Runs `npm start`. Returns the address as soon as the application answers there. */
  async start(): Promise<string> {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), JWT_SECRET_KEY: 'a secret of at least thirty-two bytes' };
    const server = spawn('npm', ['start'], { cwd: this.application, env, detached: true });
    this.server = server;
    let printed = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (printed += String(text)));
    const url = `http://127.0.0.1:${port}`;
    while (server.exitCode === null) {
      if (await fetch(url).catch(() => null)) return url;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`npm start ended with ${server.exitCode}\n${printed}`);
  }

  async leave(): Promise<void> {
    const { server } = this;
    if (server?.pid !== undefined && server.exitCode === null) {
      const exited = once(server, 'exit');
      // The group of npm, of the command and of the application.
      process.kill(-server.pid);
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private run(args: readonly string[], cwd = this.application): void {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.each([11, 12])('a stranger with a new application of Nest %i', (major) => {
  const stranger = new Stranger(major);
  afterAll(() => stranger.leave());

  it('has a log-in and a protected route after ten lines and a few minutes', async () => {
    const start = performance.now();
    await stranger.timed('nest new', () => stranger.create());
    await stranger.timed('npm install', () => stranger.install());
    expect(stranger.write()).toBe(10);
    const url = await stranger.timed('npm start', () => stranger.start());

    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const logIn = (password: string) =>
      fetch(`${url}/auth`, { ...post, body: JSON.stringify({ username: 'alice', password }) });
    const answer = await logIn('secret');
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect([answer.status, token]).toEqual([200, expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)]);

    const protectedRoute = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect([protectedRoute.status, await protectedRoute.text()]).toEqual([200, 'Hello World!']);
    const refused = await fetch(url);
    expect([refused.status, await refused.json()]).toEqual([401, { msg: 'Missing Authorization Header' }]);
    expect((await logIn('wrong')).status).toBe(401);

    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(`Nest ${major}: ${seconds.toFixed(0)} s (${stranger.times.join(', ')})\n`);
    expect(seconds).toBeLessThan(LONGEST_SECONDS);
  });
});
