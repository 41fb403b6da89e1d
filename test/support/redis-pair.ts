import { RedisServer } from './redis-server.js';
import { TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';

/** A Redis primary with a replica. Applications connect to an address that a fail-over moves to the replica. */
export class RedisPair {
  private constructor(
    readonly primary: RedisServer,
    readonly replica: RedisServer,
    /** The network between the primary and its replica. */
    readonly link: TcpProxy,
    /** The address for applications. */
    readonly address: TcpProxy,
  ) {}

  static async start(): Promise<RedisPair> {
    const atOnce = ['--repl-diskless-sync-delay', '0'];
    const primary = await RedisServer.start(...atOnce);
    const [link, address] = await Promise.all([TcpProxy.start(primary.port), TcpProxy.start(primary.port)]);
    const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${link.port}`, ...atOnce);
    const pair = new RedisPair(primary, replica, link, address);
    await until(() => primary.run('INFO', 'replication').includes('state=online'));
    await pair.untilReplicated();
    return pair;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.address.port}`;
  }

  /** Waits until the replica has all that the primary has now. `WAIT` waits only for writes of its own connection. */
  async untilReplicated(): Promise<void> {
    const offset = offsetOf(this.primary, 'master_repl_offset');
    await until(() => offsetOf(this.replica, 'slave_repl_offset') >= offset);
  }

  /** The primary ends, the replica becomes the primary, and the address leads there. */
  async failOver(): Promise<void> {
    await this.primary.kill();
    this.replica.run('REPLICAOF', 'NO', 'ONE');
    this.address.redirect(this.replica.port);
  }

  async stop(): Promise<void> {
    await Promise.all([this.address.stop(), this.link.stop(), this.primary.stop(), this.replica.stop()]);
  }
}

function offsetOf(server: RedisServer, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(server.run('INFO', 'replication'))?.[1] ?? NaN);
}
