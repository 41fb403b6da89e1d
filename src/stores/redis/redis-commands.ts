import type { Awaitable } from '../../types/awaitable.js';
import {
  isNodeRedis,
  type IoredisClient,
  type NodeRedisClient,
  type NodeRedisCluster,
  type RedisClient,
  type RedisConnection,
} from './redis-client.js';
import type { RedisScript } from './redis-scripts.js';

/** What the store says to Redis, whichever package says it. What a driver throws is thrown on as it is. */
export interface RedisCommands {
  /** `MGET` of keys of one slot. */
  mget(keys: string[]): Promise<(string | null)[]>;
  /** All members of a sorted set. */
  members(key: string): Promise<string[]>;
  /** Runs a script; where the server does not have it (a new node, `SCRIPT FLUSH`), it is given the text once. */
  run(script: RedisScript, keys: string[], args: string[]): Promise<string[]>;
  /** Whether the client has been told to connect. */
  isOpen(): boolean;
  /** Whether the client knows all nodes of a cluster. */
  readonly isCluster: boolean;
  /** A connection to each server that takes writes; never none. */
  primaries(): Awaitable<RedisConnection>[];
}

/** The commands by way of a client. */
export function redisCommands(client: RedisClient): RedisCommands {
  return isNodeRedis(client) ? nodeRedisCommands(client) : ioredisCommands(client);
}

function nodeRedisCommands(client: NodeRedisClient | NodeRedisCluster): RedisCommands {
  return {
    mget: async (keys) => texts(await client.mGet(keys)),
    members: async (key) => texts(await client.zRange(key, 0, -1)) as string[],
    run: (script, keys, args) => {
      const options = { keys, arguments: args };
      return loading(
        () => client.evalSha(script.sha1, options),
        () => client.eval(script.text, options),
      );
    },
    isOpen: () => (client as { isOpen?: boolean }).isOpen !== false,
    isCluster: 'masters' in client,
    primaries: () => {
      const nodes = 'masters' in client ? client.masters.map((node) => client.nodeClient(node as never)) : [];
      return atLeast(client, nodes as Awaitable<RedisConnection>[]);
    },
  };
}

/** A `Cluster` of ioredis has this besides; a `Redis` has not. */
interface IoredisCluster {
  nodes?(role: 'master'): RedisConnection[];
}

function ioredisCommands(client: IoredisClient & IoredisCluster): RedisCommands {
  return {
    mget: async (keys) => texts(await client.mget(keys)),
    members: async (key) => texts(await client.zrange(key, 0, '-1')) as string[],
    run: (script, keys, args) =>
      loading(
        () => client.evalsha(script.sha1, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    // It connects by itself, at the latest when a command is sent.
    isOpen: () => true,
    isCluster: client.nodes !== undefined,
    primaries: () => atLeast(client, client.nodes?.('master') ?? []),
  };
}

/** One server is its own only node; a cluster client that knows no node yet answers for itself, or says what is wrong. */
function atLeast(client: RedisClient, nodes: Awaitable<RedisConnection>[]): Awaitable<RedisConnection>[] {
  return nodes.length > 0 ? nodes : [client as RedisConnection];
}

async function loading(byHash: () => Promise<unknown>, byText: () => Promise<unknown>): Promise<string[]> {
  try {
    return texts(await byHash()) as string[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return texts(await byText()) as string[];
  }
}

/** Clients may be set up to answer buffers instead of strings. */
function texts(reply: unknown): (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis answered something else than a list.');
  return reply.map((value: string | Buffer | null) => value?.toString() ?? null);
}
