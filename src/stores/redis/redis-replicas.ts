import { againAfterLoss, isReadOnly } from './own-commands.js';
import { OwnConnection } from './own-connection.js';
import type { RedisClient, RedisConnection } from './redis-client.js';
import { redisCommands, type RedisCommands } from './redis-commands.js';
import { duplicateOf, duplicateOfPrimary, type Duplicate } from './redis-duplicates.js';
import { fenceKey } from './redis-keys.js';
import type { RedisScript } from './redis-scripts.js';
import { serverOf } from './redis-subscribers.js';

/** How far behind a replica may be, in milliseconds. `WAIT` blocks its connection, and a ping is silence after 1,500 ms. */
const LONGEST_WAIT = 1_000;

/** How long the fence lives, in seconds. */
const FENCE_LIFE = 86_400;

/** Commands that both packages name alike. */
interface Server extends RedisConnection {
  wait(replicas: number, milliseconds: number): Promise<unknown>;
  expire(key: string, seconds: number): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
}

/**
 * Writes that replicas must have. They use a connection of their own, because `WAIT` blocks its connection. This connection is
 * to one server and never connects again by itself: after a fail-over, `WAIT` would count the replicas of another primary.
 */
export class ReplicatedWrites {
  private readonly connection: OwnConnection;
  private readonly waits = new WeakMap<RedisCommands, SharedWait>();

  constructor(
    client: RedisClient,
    private readonly lookUps: OwnConnection,
    private readonly prefix: string,
    readonly replicas: number,
  ) {
    this.connection = new OwnConnection(toOneServer(client, lookUps), () => redisCommands(client).isOpen());
  }

  /** Rejects if too few replicas have the write. The primary can have applied it then. */
  async run(script: RedisScript, keys: string[], args: string[]): Promise<string[]> {
    const send = async (commands: RedisCommands) => {
      const reply = await commands.run(script, keys, args);
      // A script after its deadline writes nothing.
      return { reply, received: reply[0] === 'late' ? this.replicas : await this.countShared(commands) };
    };
    const { reply, received } = await againAfterLoss(this.connection, send).catch((error: unknown) => {
      if (isReadOnly(error)) {
        this.connection.replace();
        this.lookUps.replace();
      }
      throw error;
    });
    if (received >= this.replicas) return reply;
    throw new Error(`Fewer than ${this.replicas} replicas of Redis have received the write in time.`);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** How many replicas have what the connection has written. */
  private async countShared(commands: RedisCommands): Promise<number> {
    const [connection] = await commands.primaries();
    const server = (await connection) as Server;
    let wait = this.waits.get(commands);
    if (wait === undefined) {
      wait = new SharedWait(() => this.countReplicas(server));
      this.waits.set(commands, wait);
    }
    return wait.run();
  }

  /**
   * `WAIT` counts the replicas that have the last write of its connection. A repeated log-out writes nothing, and the first one can
   * have come from another process. So a write comes first, the fence: a replica that has it has all that the primary had before.
   */
  private async countReplicas(server: Server): Promise<number> {
    const key = fenceKey(this.prefix);
    const [exists, count] = await Promise.all([
      server.expire(key, FENCE_LIFE),
      server.wait(this.replicas, LONGEST_WAIT),
    ]);
    if (Number(exists) === 1) return Number(count);
    await server.set(key, '1');
    return this.countReplicas(server);
  }
}

/** One `WAIT` after another, each for all writes that were answered before it was sent. */
class SharedWait {
  private next: Promise<number> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly send: () => Promise<number>) {}

  run(): Promise<number> {
    if (this.next !== null) return this.next;
    const next = this.last.then(() => {
      this.next = null;
      return this.send();
    });
    this.next = next;
    this.last = next.catch(() => undefined);
    return next;
  }
}

/** Connections to the server that takes writes. A sentinel client of node-redis has several, and connects again by itself. */
function toOneServer(client: RedisClient, lookUps: OwnConnection): Duplicate {
  if (!('_execute' in client)) return duplicateOf(client) as Duplicate;
  return async () => {
    const commands = lookUps.commands ?? (await lookUps.open());
    const [sentinel] = (await commands.primaries()) as [object];
    return duplicateOfPrimary(sentinel, await serverOf(sentinel));
  };
}
