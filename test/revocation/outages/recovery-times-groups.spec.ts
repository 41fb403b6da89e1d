import { Cluster, Redis } from 'ioredis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createCluster, createSentinel } from 'redis';
import { describeWithRedis, type RedisClusterOfServers, type RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { describeRecovery } from './describe-recovery.js';
import { networkFaults, processFaults, readOnlyRedis, redisFaults, type Fault, type TestedClient } from './faults.js';
import { host, startProxiedCluster, startProxiedSentinel, type Addresses } from './groups.js';

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
    const { cluster, proxies, addresses, stop } = await startProxiedCluster();
    const { servers } = cluster;
    const store = new RedisRevocationStore({ client: connect(addresses) });
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
        await stop();
      },
    };
  },
});

const onSentinel = (name: string, connect: (port: number) => RedisClient): TestedClient => ({
  name,
  faults: ['half-open', 'refused', 'stopped', 'restarted', 'with data', 'read-only', 'full', 'fail-over'],
  describe: describeWithRedis,
  async start() {
    const { primary, replica, sentinel, toPrimary, toSentinel, stop } = await startProxiedSentinel();
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
        await stop();
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
