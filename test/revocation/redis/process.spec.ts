import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformFileSync } from '@swc/core';
import { describeWithRedis, RedisClusterOfServers, RedisServer } from '../../support/redis-server.js';

const root = process.cwd();
const compiled = mkdtempSync(join(tmpdir(), 'redis-store-'));

/** Compiles the library into a folder without packages: `nestjs-jwt-extended/redis` must need none. */
function compileLibrary(): void {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  writeFileSync(join(compiled, 'package.json'), '{ "type": "module" }');
  for (const source of sources.filter((file) => file.endsWith('.ts'))) {
    const target = join(compiled, source.replace(/ts$/, 'js'));
    mkdirSync(dirname(target), { recursive: true });
    const jsc = {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    } as const;
    writeFileSync(target, transformFileSync(join(root, 'src', source), { jsc, module: { type: 'es6' } }).code);
  }
}

/** Uses a store whose client has no 'error' listener, loses the server, and must end when the client is closed. */
const script = (imports: string, client: string, connect: string, close: string) => `
  import { setTimeout as sleep } from 'node:timers/promises';
  ${imports}
  const { RedisRevocationStore } = await import('${compiled}/redis.js');
  process.on('unhandledRejection', (error) => console.log('unhandled:', error.message));

  const client = ${client};
  const store = new RedisRevocationStore({ client });
  ${connect}
  const token = { id: 'a', issuedAt: 0, csrf: null, lifetime: 60 };
  const all = () => [
    store.now(),
    store.lookUp({ subject: 's', sid: 'a', jti: 'b' }),
    store.listSessions('s'),
    store.deny('s', 'b', 60_000, Infinity),
    store.openSession({ subject: 's', sid: 'a', token, device: null, maxPerSubject: 3, existing: false, maxAge: null, leeway: 0 }, Infinity),
  ];
  await Promise.all(all());
  console.log('connected');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  for (let round = 0; round < 6; round++) await Promise.race([Promise.allSettled(all()), sleep(100)]);
  process.stdin.destroy();
  ${close}
  console.log('closed');
`;

const ioredis = "import { Cluster, Redis } from 'ioredis';";
const nodeRedis = "import { createClient, createCluster } from 'redis';";
const destroy = 'client.destroy();';
const disconnect = 'client.disconnect();';

/** Runs a script, stops its servers once it is connected, kills them while calls wait, and returns what it printed. */
async function runAndLose(code: string, servers: readonly RedisServer[]): Promise<{ exit: unknown; printed: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'pipe' });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const exited = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exited]);
  servers.forEach((server) => server.pause());
  child.stdin.write('go on');
  await sleep(150);
  await Promise.all(servers.map((server) => server.kill()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [exit] = await exited;
  clearTimeout(timer);
  return { exit, printed };
}

describeWithRedis('A process with a RedisRevocationStore', () => {
  beforeAll(compileLibrary);
  afterAll(() => rmSync(compiled, { recursive: true }));

  it.each([
    ['redis', nodeRedis, (url: string) => `createClient({ url: '${url}' })`, 'await client.connect();', destroy],
    ['ioredis', ioredis, (url: string) => `new Redis('${url}')`, '', disconnect],
  ])(
    'survives the loss of its server, has no unhandled rejection and ends by itself: %s',
    async (_name, imports, client, connect, close) => {
      const server = await RedisServer.start();
      try {
        const code = script(imports, client(server.url), connect, close);
        expect(await runAndLose(code, [server])).toEqual({ exit: 0, printed: 'connected\nclosed\n' });
      } finally {
        await server.stop();
      }
    },
  );

  it.each([
    [
      'redis',
      nodeRedis,
      (url: string) => `createCluster({ rootNodes: [{ url: '${url}' }] })`,
      'await client.connect();',
      destroy,
    ],
    ['ioredis', ioredis, (url: string) => `new Cluster(['${url}'])`, '', disconnect],
  ])('survives the loss of its cluster: %s', async (_name, imports, client, connect, close) => {
    const cluster = await RedisClusterOfServers.start();
    try {
      const code = script(imports, client((cluster.nodes[0] as RedisServer).url), connect, close);
      expect(await runAndLose(code, cluster.nodes)).toEqual({ exit: 0, printed: 'connected\nclosed\n' });
    } finally {
      await cluster.stop();
    }
  });
});
