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

/** The commands that the store sends to any server, with either package. They throw what the driver throws. */
export interface NodeCommands {
  /** `MGET` of keys of one slot. */
  mget(keys: string[]): Promise<(string | null)[]>;
  /** Runs a script by its hash. A server that does not have it (a new node, `SCRIPT FLUSH`) gets its text. */
  run(script: RedisScript, keys: string[], args: string[]): Promise<string[]>;
}

/** The commands that the store sends through a client. */
export interface RedisCommands extends NodeCommands {
  /** Members of a sorted set, by their ranks; -1 is the last one. */
  members(key: string, first: number, last: number): Promise<string[]>;
  /** Whether the application has opened the client. */
  isOpen(): boolean;
  /** Whether the client knows all nodes of a cluster. */
  readonly isCluster: boolean;
  /** A connection to each server that takes writes, at least one. */
  primaries(): Awaitable<Awaitable<RedisConnection>[]>;
}

/** The commands of a client. */
export function redisCommands(client: RedisClient): RedisCommands {
  return isNodeRedis(client) ? nodeRedisCommands(client) : ioredisCommands(client);
}

/** The commands of a node of a cluster. The drivers add the key prefix in the cluster client, so the node adds none. */
export function nodeCommands(node: object, cluster: RedisClient): NodeCommands {
  const commands = redisCommands(node as RedisClient);
  const { options, _options = options } = cluster as PrefixedCluster;
  const prefix = _options?.keyPrefix?.toString() ?? '';
  const prefixed = (keys: string[]) => keys.map((key) => prefix + key);
  return {
    mget: (keys) => commands.mget(prefixed(keys)),
    run: (script, keys, args) => commands.run(script, prefixed(keys), args),
  };
}

/** Where the cluster clients have the prefix of keys. */
interface PrefixedCluster {
  readonly options?: { readonly keyPrefix?: string | Buffer };
  readonly _options?: { readonly keyPrefix?: string | Buffer };
}

function nodeRedisCommands(client: NodeRedisClient | NodeRedisCluster): RedisCommands {
  return {
    mget: async (keys) => texts(await client.mGet(keys)),
    members: async (key, first, last) => texts(await client.zRange(key, first, last)) as string[],
    run: (script, keys, args) => {
      const options = { keys, arguments: args };
      return byHashOrText(
        () => client.evalSha(script.sha1, options),
        () => client.eval(script.text, options),
      );
    },
    isOpen: () => (client as { isOpen?: boolean }).isOpen !== false,
    isCluster: 'masters' in client,
    primaries: () => {
      const nodes = 'masters' in client ? client.masters.map((node) => client.nodeClient(node as never)) : [];
      return nodesOrClient(nodes as Awaitable<RedisConnection>[], client);
    },
  };
}

/** What the types of a `Redis` and a `Cluster` of ioredis do not have in common. */
interface IoredisParts {
  readonly status?: string;
  /** Whether the application has closed it. `status` does not say so if it had lost its server. */
  readonly manuallyClosing?: boolean;
  nodes?(role: 'master'): RedisConnection[];
}

function ioredisCommands(client: IoredisClient & IoredisParts): RedisCommands {
  return {
    mget: async (keys) => texts(await client.mget(keys)),
    members: async (key, first, last) => texts(await client.zrange(key, first, String(last))) as string[],
    run: (script, keys, args) =>
      byHashOrText(
        () => client.evalsha(script.sha1, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    // It connects by itself, at the latest with the first command.
    isOpen: () => client.status !== 'end' && client.manuallyClosing !== true,
    isCluster: client.nodes !== undefined,
    primaries: () => nodesOrClient(client.nodes?.('master') ?? [], client),
  };
}

/** The nodes; without any, the client itself: it is one server, or a cluster client that has found no node yet. */
function nodesOrClient(nodes: Awaitable<RedisConnection>[], client: RedisClient): Awaitable<RedisConnection>[] {
  return nodes.length > 0 ? nodes : [client as RedisConnection];
}

async function byHashOrText(byHash: () => Promise<unknown>, byText: () => Promise<unknown>): Promise<string[]> {
  try {
    return texts(await byHash()) as string[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return texts(await byText()) as string[];
  }
}

/** Reads a list of strings. Applications can configure a client so that it returns buffers instead. */
function texts(reply: unknown): (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis did not return a list.');
  return reply.map((value: string | Buffer | null) => value?.toString() ?? null);
}
