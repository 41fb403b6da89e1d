import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { debianProgram, describeWithProgram } from './programs.js';
import { until } from './until.js';

/** The program of `RedisServer`. */
export const redis = debianProgram('redis-server');

/** Describes tests that need Redis. */
export function describeWithRedis(name: string, body: () => void): void {
  describeWithProgram(redis, name, body);
}

const execute = promisify(execFile);

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((server) => server.kill('SIGKILL')));

/** A `redis-server` of its own on a free port of the loopback, with a folder of its own. */
export class RedisServer {
  private process: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'redis-'));

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  /** Starts a server. `args` are options of the command line, such as `'--requirepass', 'secret'`. */
  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get busPort(): string {
    return this.option('--cluster-port') ?? '';
  }

  /** Starts the server again, on the same port and with its data on disk. */
  async start(): Promise<void> {
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const server = spawn('redis-server', [...this.file(), ...where, '--loglevel', 'warning', ...this.args]);
    this.process = server;
    running.add(server);
    for (let attempt = 0; this.run('PING') !== 'PONG'; attempt++) {
      if (attempt === 2_000 || server.exitCode !== null)
        throw new Error(`redis-server does not start: ${this.args.join(' ')}`);
      await sleep(25);
    }
  }

  /** Returns the server's answer to a command of `redis-cli`. An error is also an answer. */
  run(...command: string[]): string {
    const password = this.option('--requirepass');
    const env = password === undefined ? process.env : { ...process.env, REDISCLI_AUTH: password };
    const options = { encoding: 'utf8', env, timeout: 30_000 } as const;
    return spawnSync('redis-cli', ['-p', String(this.port), ...command], options).stdout.trim();
  }

  /** The same, without the words of `redis-cli` for types, while this process goes on. */
  async runAsync(...command: string[]): Promise<string> {
    const { stdout } = await execute('redis-cli', ['-p', String(this.port), '--raw', ...command]);
    return stdout.trim();
  }

  /** The number of calls of each command since the last call of this method. */
  takeCommandCounts(): Record<string, number> {
    // In one transaction, so that no command between the two is lost.
    const input = 'MULTI\nINFO commandstats\nCONFIG RESETSTAT\nEXEC\n';
    const options = { encoding: 'utf8', input, timeout: 30_000 } as const;
    const { stdout } = spawnSync('redis-cli', ['-p', String(this.port)], options);
    const counts = stdout.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
    const own = ['multi', 'exec', 'info', 'config|resetstat', 'ping', 'command|docs'];
    return Object.fromEntries(
      Array.from(counts, ([, name = '', calls]) => [name, Number(calls)] as const).filter(
        ([name]) => !own.includes(name),
      ),
    );
  }

  /** Kills the server: it writes no more data, and the system closes its connections. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops its process until `resume()`. Connections remain, but get no answers. */
  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  /** Continues after `pause()`. */
  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Ends the server, and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A sentinel needs a file, in which it writes what it finds. It saves no data. */
  private file(): string[] {
    if (!this.args.includes('--sentinel')) return ['--save', ''];
    const file = join(this.folder, 'sentinel.conf');
    writeFileSync(file, '');
    return [file];
  }

  private option(name: string): string | undefined {
    return this.args.includes(name) ? this.args[this.args.indexOf(name) + 1] : undefined;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.process;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
    running.delete(server);
  }
}

/** A sentinel that watches a server under the name `primary`. A fail-over needs only its own vote. */
export const RedisSentinel = {
  async start(primary: { readonly port: number }): Promise<RedisServer> {
    const sentinel = await RedisServer.start('--sentinel');
    sentinel.run('SENTINEL', 'MONITOR', 'primary', '127.0.0.1', String(primary.port), '1');
    return sentinel;
  },
};

const SLOTS = 16_384;

/** A cluster of primaries. Only the first one can have replicas. */
export class RedisClusterOfServers {
  private constructor(
    readonly nodes: readonly RedisServer[],
    /** The replicas of the first primary. */
    readonly replicas: readonly RedisServer[],
  ) {}

  /** Starts so many primaries, each with an equal share of the slots, and so many replicas of the first one. */
  static async start(size = 3, numberOfReplicas = 0): Promise<RedisClusterOfServers> {
    const startMany = (length: number) => Promise.all(Array.from({ length }, startNode));
    const [nodes, replicas] = await Promise.all([startMany(size), startMany(numberOfReplicas)]);
    nodes.forEach((node, index) => {
      const [first, next] = [index, index + 1].map((share) => Math.floor((share * SLOTS) / size));
      node.run('CLUSTER', 'ADDSLOTSRANGE', String(first), String((next as number) - 1));
    });
    const [seed, ...others] = nodes as [RedisServer, ...RedisServer[]];
    for (const { port, busPort } of [...others, ...replicas]) {
      seed.run('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort);
    }
    const cluster = new RedisClusterOfServers(nodes, replicas);
    await cluster.untilReady();
    for (const replica of replicas) replica.run('CLUSTER', 'REPLICATE', seed.run('CLUSTER', 'MYID'));
    await cluster.untilReplicated();
    return cluster;
  }

  /** All servers. */
  get servers(): readonly RedisServer[] {
    return [...this.nodes, ...this.replicas];
  }

  /** Waits until each replica has a connection to the first primary. */
  async untilReplicated(): Promise<void> {
    await until(() => this.replicas.every((replica) => replica.run('ROLE').includes('connected')));
  }

  /** The node that stores a key. */
  nodeOf(key: string): RedisServer {
    const [first] = this.nodes as [RedisServer];
    const slot = Number(first.run('CLUSTER', 'KEYSLOT', key));
    return this.nodes[Math.floor(((slot + 1) * this.nodes.length - 1) / SLOTS)] as RedisServer;
  }

  /** Moves the slot of a key to the next node, as `redis-cli` does it: key by key, while both nodes serve it. */
  async moveSlot(key: string): Promise<void> {
    const { nodes } = this;
    const [seed] = nodes as [RedisServer];
    const slot = await seed.runAsync('CLUSTER', 'KEYSLOT', key);
    const ids = await Promise.all(nodes.map((node) => node.runAsync('CLUSTER', 'MYID')));
    const lines = (await seed.runAsync('CLUSTER', 'NODES')).split('\n');
    const at = ids.findIndex((id) => lines.some((line) => line.startsWith(id) && hasSlot(line, Number(slot))));
    const next = (at + 1) % nodes.length;
    const [from, to] = [nodes[at], nodes[next]] as [RedisServer, RedisServer];
    const [source, target] = [ids[at], ids[next]] as [string, string];
    await to.runAsync('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await from.runAsync('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    const keys = async () => (await from.runAsync('CLUSTER', 'GETKEYSINSLOT', slot, '100')).split('\n').filter(Boolean);
    for (let left = await keys(); left.length > 0; left = await keys()) {
      for (const one of left) await from.runAsync('MIGRATE', '127.0.0.1', String(to.port), one, '0', '5000');
    }
    for (const node of [to, from, ...nodes]) await node.runAsync('CLUSTER', 'SETSLOT', slot, 'NODE', target);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  /** Waits until all nodes know each other, and take commands. */
  async untilReady(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (this.servers.every((server) => knowsAll(server.run('CLUSTER', 'INFO'), this.servers.length))) return;
      await sleep(50);
    }
    throw new Error('The cluster does not come together.');
  }
}

/** A replica gets the data of its primary at once. */
async function startNode(): Promise<RedisServer> {
  const busPort = String(await freePort());
  return RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', busPort, '--repl-diskless-sync-delay', '0');
}

/** Whether a line of `CLUSTER NODES` has a slot. */
function hasSlot(line: string, slot: number): boolean {
  const ranges = line
    .split(' ')
    .slice(8)
    .filter((range) => /^\d+(-\d+)?$/.test(range));
  return ranges.some((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return first <= slot && slot <= last;
  });
}

function knowsAll(info: string, nodes: number): boolean {
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`);
}
