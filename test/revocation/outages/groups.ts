import { RedisClusterOfServers, RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

export const host = '127.0.0.1';

/** The addresses that the nodes of a cluster tell, and those of the proxies before them. */
export type Addresses = Record<string, { host: string; port: number }>;

/** A cluster with a replica of its first primary, and a proxy before each server. */
export async function startProxiedCluster() {
  const cluster = await RedisClusterOfServers.start(3, 1);
  const { servers } = cluster;
  const proxies = await Promise.all(servers.map(({ port }) => TcpProxy.start(port)));
  const addresses: Addresses = Object.fromEntries(
    servers.map(({ port }, index) => [`${host}:${port}`, { host, port: (proxies[index] as TcpProxy).port }]),
  );
  return { cluster, proxies, addresses, stop: () => Promise.all([...proxies, cluster].map((each) => each.stop())) };
}

/** A primary with a replica and a sentinel, and a proxy before the primary and the sentinel. */
export async function startProxiedSentinel() {
  const atOnce = ['--repl-diskless-sync-delay', '0'];
  const primary = await RedisServer.start(...atOnce);
  const replica = await RedisServer.start('--replicaof', `${host} ${primary.port}`, ...atOnce);
  const toPrimary = await TcpProxy.start(primary.port);
  const sentinel = await RedisSentinel.start(toPrimary);
  const toSentinel = await TcpProxy.start(sentinel.port);
  await until(() => sentinel.run('SENTINEL', 'REPLICAS', 'primary').includes(String(replica.port)));
  const all = [toPrimary, toSentinel, primary, replica, sentinel];
  return {
    primary,
    replica,
    sentinel,
    toPrimary,
    toSentinel,
    stop: () => Promise.all(all.map((each) => each.stop())),
  };
}
