import { Cluster, Redis } from 'ioredis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createCluster, createSentinel } from 'redis';
import { describeWithRedis, RedisClusterOfServers, RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { describeRecovery } from './describe-recovery.js';
import { networkFaults, processFaults, readOnlyRedis, redisFaults, type Fault, type TestedClient } from './faults.js';

const host = '127.0.0.1';

/** The addresses that the nodes of a cluster tell, and those of the proxies before them. */
type Addresses = Record<string, { host: string; port: number }>;

/** How long a node of a cluster is silent before the others vote about its replica, in milliseconds: longer than a fault lasts. */
const NODE_TIMEOUT = 5_000;

/** The first primary is killed. The other primaries elect its replica. */
function clusterFailOver({ nodes, replicas, servers }: RedisClusterOfServers): Fault {
  const [primary] = nodes as [RedisServer];
  const [replica] = replicas as [RedisServer];
  return {
    begin() {
      for (const server of servers) server.run('CONFIG', 'SET', 'cluster-node-timeout', String(NODE_TIMEOUT));
      return primary.kill();
    },
    async end() {
      const others = servers.filter((server) => server !== primary);
      await until(() => replica.run('ROLE').startsWith('master'));
      await until(() => others.every((server) => server.run('CLUSTER', 'INFO').includes('cluster_state:ok')));
    },
  };
}

const onCluster = (name: string, connect: (addresses: Addresses) => RedisClient): TestedClient => ({
  name,
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'with data', 'full', 'fail-over'],
  describe: describeWithRedis,
  async start() {
    const cluster = await RedisClusterOfServers.start(3, 1);
    const { servers } = cluster;
    const proxies = await Promise.all(servers.map(({ port }) => TcpProxy.start(port)));
    const addresses = servers.map(({ port }, node) => [
      `${host}:${port}`,
      { host, port: (proxies[node] as TcpProxy).port },
    ]);
    const store = new RedisRevocationStore({ client: connect(Object.fromEntries(addresses) as Addresses) });
    const { stopped, restarted } = processFaults(...servers);
    const faults = redisFaults(...servers);
    const started = async () => {
      await restarted.end();
      await cluster.untilReady();
      await cluster.untilReplicated();
    };
    return {
      store,
      faults: {
        ...networkFaults(...proxies),
        stopped,
        restarted: { ...restarted, end: started },
        'with data': { ...faults['with data'], end: started },
        full: faults.full,
        'fail-over': clusterFailOver(cluster),
      },
      async stop() {
        await store.close();
        await Promise.all([...proxies, cluster].map((each) => each.stop()));
      },
    };
  },
});

const onSentinel = (name: string, connect: (port: number) => RedisClient): TestedClient => ({
  name,
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'with data', 'read-only', 'full', 'fail-over'],
  describe: describeWithRedis,
  async start() {
    const atOnce = ['--repl-diskless-sync-delay', '0'];
    const primary = await RedisServer.start(...atOnce);
    const replica = await RedisServer.start('--replicaof', `${host} ${primary.port}`, ...atOnce);
    const toPrimary = await TcpProxy.start(primary.port);
    const sentinel = await RedisSentinel.start(toPrimary);
    const toSentinel = await TcpProxy.start(sentinel.port);
    await until(() => sentinel.run('SENTINEL', 'REPLICAS', 'primary').includes(String(replica.port)));
    const store = new RedisRevocationStore({ client: connect(toSentinel.port) });
    return {
      store,
      faults: {
        ...networkFaults(toPrimary, toSentinel),
        ...processFaults(primary),
        ...redisFaults(primary),
        'read-only': readOnlyRedis(primary),
        'fail-over': {
          begin: () => primary.kill(),
          async end() {
            await until(() => sentinel.run('SENTINEL', 'FAILOVER', 'primary') === 'OK');
            await until(() => replica.run('ROLE').startsWith('master'));
          },
        },
      },
      async stop() {
        await store.close();
        await Promise.all([toPrimary, toSentinel, primary, replica, sentinel].map((each) => each.stop()));
      },
    };
  },
});

describeRecovery([
  onCluster('node-redis, Cluster', (addresses) => {
    const rootNodes = Object.values(addresses).map(({ port }) => ({ url: `redis://${host}:${port}` }));
    return createCluster({ rootNodes, nodeAddressMap: addresses });
  }),
  onCluster('ioredis, Cluster', (addresses) => {
    return new Cluster(Object.values(addresses), { lazyConnect: true, natMap: addresses });
  }),
  onSentinel('node-redis, Sentinel', (port) =>
    createSentinel({ name: 'primary', sentinelRootNodes: [{ host, port }] }),
  ),
  onSentinel('ioredis, Sentinel', (port) => {
    return new Redis({ name: 'primary', sentinels: [{ host, port }], lazyConnect: true });
  }),
]);
