import { describeRevocationStore } from 'nestjs-jwt-extended/testing';
import { describeWithRedis, RedisClusterOfServers, RedisServer } from '../../support/redis-server.js';
import { describeDecisions } from '../decisions/describe-decisions.js';
import { clusterDrivers, singleDrivers, type Connected, type Driver } from './drivers.js';
import { seededStore } from './seeded-store.js';

function describeDriver(driver: Driver, servers: () => readonly RedisServer[]): void {
  let connected: Connected;
  let peer: Connected;
  beforeAll(async () => {
    [connected, peer] = await Promise.all([driver.connect(servers()), driver.connect(servers())]);
  });
  afterAll(() => {
    connected.close();
    peer.close();
  });
  describeRevocationStore('The contract', () => ({ store: connected.store, peer: peer.store }));
}

describeWithRedis('RedisRevocationStore on one server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  describe.each(singleDrivers)('$name', (driver) => describeDriver(driver, () => [server]));

  describe('The decisions of the scripts', () => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await (singleDrivers[0] as Driver).connect([server]);
    });
    afterAll(() => connected.close());
    describeDecisions(() => seededStore(connected));
  });
});

describeWithRedis('RedisRevocationStore on a cluster', () => {
  let cluster: RedisClusterOfServers;
  beforeAll(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterAll(() => cluster.stop());

  // cluster.spec.ts covers what the older major versions do differently on a cluster.
  describe.each(clusterDrivers.slice(0, 2))('$name', (driver) => describeDriver(driver, () => cluster.nodes));
});
