import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClient, createCluster } from 'redis';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import type { RedisServer } from '../../support/redis-server.js';

/** A client of an application, with a store that uses it. */
export interface Connected {
  readonly client: RedisClient;
  readonly store: RedisRevocationStore;
  close(): void;
}

const connected = (client: RedisClient, close: () => void): Connected => ({
  client,
  store: new RedisRevocationStore({ client }),
  close,
});

/** The address of a server, or of a proxy for it. */
type Address = Pick<RedisServer, 'port' | 'url'>;

/** Options of a driver that a test sets. */
type Options = Record<string, unknown>;

export interface Driver {
  readonly name: string;
  connect(servers: readonly Address[], options?: Options): Promise<Connected>;
}

const connectionOf = ({ port }: Address) => ({ host: '127.0.0.1', port });

const nodeRedis = (name: string, create: typeof createClient): Driver => ({
  name,
  async connect([server], options = {}) {
    const client = create({ url: (server as Address).url, ...options });
    client.on('error', () => {});
    await client.connect();
    return connected(client, () => client.destroy());
  },
});

const ioredis = (name: string, Client: typeof Redis): Driver => ({
  name,
  async connect([server], options = {}) {
    const client = new Client({ ...connectionOf(server as Address), ...options });
    client.on('error', () => {});
    await client.ping();
    return connected(client, () => client.disconnect());
  },
});

const nodeRedisCluster = (name: string, create: typeof createCluster): Driver => ({
  name,
  async connect(servers, options = {}) {
    const client = create({ rootNodes: servers.map(({ url }) => ({ url })), ...options });
    client.on('error', () => {});
    await client.connect();
    return connected(client, () => client.destroy());
  },
});

const ioredisCluster = (name: string, Client: typeof Cluster): Driver => ({
  name,
  async connect(servers, options = {}) {
    const client = new Client(servers.map(connectionOf), options);
    client.on('error', () => {});
    await client.get('any');
    return connected(client, () => client.disconnect());
  },
});

export const singleDrivers: readonly Driver[] = [
  nodeRedis('redis 6', createClient),
  ioredis('ioredis 6', Redis),
  nodeRedis('redis 5', createClient5 as never),
  ioredis('ioredis 5', Redis5 as never),
];

export const clusterDrivers: readonly Driver[] = [
  nodeRedisCluster('redis 6 on a cluster', createCluster),
  ioredisCluster('ioredis 6 on a cluster', Cluster),
  nodeRedisCluster('redis 5 on a cluster', createCluster5 as never),
  ioredisCluster('ioredis 5 on a cluster', Cluster5 as never),
];
