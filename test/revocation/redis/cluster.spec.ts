import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisClusterOfServers, type RedisServer } from '../../support/redis-server.js';
import { waitingFor } from '../../support/timing.js';
import { clusterDrivers, type Connected } from './drivers.js';
import { HOUR, inTime, newSubject, openSession, tokenOf } from '../../support/store-calls.js';

describeWithRedis('RedisRevocationStore on a cluster', () => {
  let cluster: RedisClusterOfServers;
  beforeAll(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterAll(() => cluster.stop());

  const nodeOf = (subject: string) => cluster.nodeOf(`{${subject}}`);

  /** A subject whose keys are on a node, or on any other node. */
  function subjectOn(node: RedisServer, otherwise = false): string {
    for (;;) {
      const subject = newSubject();
      if ((nodeOf(subject) === node) !== otherwise) return subject;
    }
  }

  describe.each(clusterDrivers)('with $name', (driver) => {
    let connected: Connected;
    let store: RedisRevocationStore;
    beforeAll(async () => {
      connected = await driver.connect(cluster.nodes);
      ({ store } = connected);
    });
    afterAll(() => connected.close());

    it('stores a subject on one node, and subjects on all nodes', async () => {
      for (const node of cluster.nodes) {
        const subject = subjectOn(node);
        const { sid } = await openSession(store, { subject });
        await store.deny(subject, 'a jti', HOUR, inTime());
        await store.endSessions({ subject, before: 1_000, except: null }, inTime());
        expect(node.run('--raw', 'KEYS', `*${subject}*`).split('\n')).toHaveLength(5);
        node.takeCommandCounts();
        expect(await store.lookUp({ subject, sid, jti: 'a jti' })).toMatchObject({ denied: true, cutOff: 1_000 });
        expect(node.takeCommandCounts()).toMatchObject({ mget: 1 });
      }
    });

    it('sends its scripts to every node again after SCRIPT FLUSH', async () => {
      for (const node of cluster.nodes) {
        const session = await openSession(store, { subject: subjectOn(node) });
        node.run('SCRIPT', 'FLUSH');
        expect(await store.present(tokenOf(session), inTime())).toMatchObject({ outcome: 'rotated' });
      }
    });

    it('follows a slot that moves to another node, which has no scripts yet', async () => {
      const [from, to] = cluster.nodes as [RedisServer, RedisServer];
      const session = await openSession(store, { subject: subjectOn(from) });
      to.run('SCRIPT', 'FLUSH');
      const moveBack = moveSlot(cluster, session.subject, from, to);
      expect(await store.present(tokenOf(session), inTime())).toMatchObject({ outcome: 'rotated' });
      const { session: found } = await store.lookUp({ ...session, jti: null });
      expect(found).toMatchObject({ parentId: session.id });
      moveBack();
      expect((await store.lookUp({ ...session, jti: null })).session).toEqual(found);
    });

    it('reads the time and serves the subjects of other nodes while one node hangs', async () => {
      const [stopped] = cluster.nodes as [RedisServer];
      const session = await openSession(store, { subject: subjectOn(stopped, true) });
      const waiting = await openSession(store, { subject: subjectOn(stopped) });
      stopped.pause();
      try {
        const { result, milliseconds } = await waitingFor(async () => {
          const now = await store.now();
          return { now, answer: await store.present(tokenOf(session), now + 60_000) };
        });
        expect(result.answer).toMatchObject({ outcome: 'rotated' });
        expect(milliseconds).toBeLessThan(500);
        const late = store.present(tokenOf(waiting), result.now + 200);
        await sleep(300);
        stopped.resume();
        expect(await late).toEqual({ outcome: 'late' });
      } finally {
        stopped.resume();
      }
    });

    it('sends one TIME to each node', async () => {
      for (const node of cluster.nodes) node.takeCommandCounts();
      await store.now();
      for (const node of cluster.nodes) expect(node.takeCommandCounts()).toMatchObject({ time: 1 });
    });

    it('finds no problem', async () => {
      expect(await store.describeProblems()).toEqual([]);
    });
  });
});

/** Moves the slot of a subject with its keys. Returns a function that moves it back. */
function moveSlot(cluster: RedisClusterOfServers, subject: string, from: RedisServer, to: RedisServer): () => void {
  const slot = from.run('CLUSTER', 'KEYSLOT', `{${subject}}`);
  const [source, target] = [from.run('CLUSTER', 'MYID'), to.run('CLUSTER', 'MYID')];
  to.run('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
  from.run('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
  const keys = from.run('--raw', 'CLUSTER', 'GETKEYSINSLOT', slot, '100').split('\n').filter(Boolean);
  from.run('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
  for (const node of cluster.nodes) node.run('CLUSTER', 'SETSLOT', slot, 'NODE', target);
  return () => moveSlot(cluster, subject, to, from);
}
