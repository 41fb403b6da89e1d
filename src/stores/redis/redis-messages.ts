import { randomBytes } from 'node:crypto';
import type { StoreWatch } from '../revocation-store.js';
import type { RedisClient } from './redis-client.js';
import { nodeCommands, type NodeCommands, type RedisCommands } from './redis-commands.js';
import { changesChannel, markerKey } from './redis-keys.js';
import { MARK } from './redis-scripts.js';
import { subscribe, type Subscriber } from './redis-subscribers.js';
import { arrival, isTestMessage, newTestMessage } from '../watch-test.js';

/** How many names of a marker are tried on a node of a cluster, for each node that there is. */
const NAMES_PER_NODE = 40;

/** A key of a server, and its value. The value changes if the server loses its data. */
interface Marker {
  readonly key: string;
  readonly value: string;
}

/** A server that takes writes, the connection on which it sends the changes, and its marker if it owns one. */
interface WatchedServer {
  readonly commands: NodeCommands;
  readonly subscriber: Subscriber;
  readonly marker: Marker | null;
}

/**
 * Reports the messages that the scripts publish with each write, on a connection to each server that takes writes. In a
 * cluster every node sends the messages of all nodes, so the changes on a new node arrive too.
 *
 * A server that was emptied (`FLUSHALL`) publishes nothing. So each ping also reads a key of it, the marker.
 */
export class RedisMessages {
  private servers: readonly WatchedServer[] = [];
  private watched: readonly object[] = [];
  private isLost = false;
  private readonly channel: string;
  private readonly tests = new Map<string, () => void>();

  constructor(
    private readonly client: RedisClient,
    private readonly commands: RedisCommands,
    private readonly prefix: string,
    private readonly onChange: (subject: string | null) => void,
  ) {
    this.channel = changesChannel(prefix);
  }

  /** Rejects if a server refuses, or if this user may not publish: then the writes of this process would not be reported. */
  async open(): Promise<StoreWatch> {
    // A cluster client knows its nodes when it has sent a command.
    await this.commands.mget([markerKey(this.prefix, 0)]);
    this.watched = await this.primaries();
    const opened = await Promise.allSettled(this.watched.map((client) => this.watchServer(client)));
    this.servers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed === undefined) return { ping: () => this.ping(), close: () => this.close() };
    this.close();
    throw failed.reason;
  }

  private async watchServer(client: object): Promise<WatchedServer> {
    const commands = this.commands.isCluster ? nodeCommands(client, this.client) : this.commands;
    const subscriber = await subscribe(client, this.channel, {
      onMessage: (message) => this.receive(message),
      onLost: () => this.lose(),
    });
    try {
      return { commands, subscriber, marker: await this.mark(commands) };
    } catch (error) {
      subscriber.close();
      throw error;
    }
  }

  /** Reads or writes the marker of a server, and waits for the message that the same script publishes. */
  private async mark(commands: NodeCommands): Promise<Marker | null> {
    const names = this.commands.isCluster ? NAMES_PER_NODE * this.watched.length : 1;
    for (let name = 0; name < names; name++) {
      const key = markerKey(this.prefix, name);
      const test = newTestMessage();
      const arrived = new Promise<void>((resolve) => this.tests.set(test, resolve));
      try {
        const [value = ''] = await commands.run(
          MARK,
          [key],
          [this.channel, test, randomBytes(9).toString('base64url')],
        );
        await arrival(arrived, 'Redis does not send the messages that it publishes.');
        return { key, value };
      } catch (error) {
        // Another node owns this name. A node without slots owns none, and has no data to lose.
        if (!isMoved(error)) throw error;
      } finally {
        this.tests.delete(test);
      }
    }
    return null;
  }

  private receive(message: string): void {
    if (this.isLost) return;
    if (isTestMessage(message)) this.tests.get(message)?.();
    else this.onChange(message);
  }

  private lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.onChange(null);
  }

  private async ping(): Promise<void> {
    await this.checkNodes();
    await Promise.all(this.servers.flatMap(({ subscriber, ...server }) => [subscriber.ping(), checkMarker(server)]));
    if (this.isLost) throw new Error('A connection for the changes of Redis was lost.');
  }

  /** Without a cluster, a new connection of the store leads to the same server. */
  private async checkNodes(): Promise<void> {
    if (!this.commands.isCluster) return;
    const primaries = await this.primaries();
    const isSame = primaries.length === this.watched.length && primaries.every((one) => this.watched.includes(one));
    if (!isSame) throw new Error('The Redis Cluster has other nodes now.');
  }

  private close(): void {
    this.isLost = true;
    for (const { subscriber } of this.servers) subscriber.close();
  }

  private async primaries(): Promise<object[]> {
    return Promise.all((await this.commands.primaries()).map(async (client) => client));
  }
}

async function checkMarker({ commands, marker }: Pick<WatchedServer, 'commands' | 'marker'>): Promise<void> {
  if (marker === null) return;
  const [value] = await commands.mget([marker.key]);
  if (value !== marker.value) throw new Error('A Redis server has lost its data.');
}

function isMoved(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK) /.test(error.message);
}
