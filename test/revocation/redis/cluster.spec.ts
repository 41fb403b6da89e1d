import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisClusterOfServers, type RedisServer } from '../../support/redis-server.js';
import { waitingFor } from '../../support/timing.js';
import { clusterDrivers, type Connected } from './drivers.js';
import { HOUR, inTime, newSubject, opened, presenting } from './questions.js';

describeWithRedis('a cluster', () => {
  let cluster: RedisClusterOfServers;
  beforeAll(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterAll(() => cluster.stop());

  const nodeOf = (subject: string) => cluster.nodeOf(`{${subject}}`);

  /** A subject whose data is on a node, or on any other node. */
  function subjectOn(node: RedisServer, otherwise = false): string {
    for (;;) {
      const subject = newSubject();
      if ((nodeOf(subject) === node) !== otherwise) return subject;
    }
  }

  describe.each(clusterDrivers)('by $name', (driver) => {
    let connected: Connected;
    let store: RedisRevocationStore;
    beforeAll(async () => {
      connected = await driver.connect(cluster.nodes);
      ({ store } = connected);
    });
    afterAll(() => connected.close());

    it('keeps all of a subject on one node, and subjects on all of them', async () => {
      for (const node of cluster.nodes) {
        const subject = subjectOn(node);
        const { sid } = await opened(store, { subject });
        await store.deny(subject, 'a jti', HOUR, inTime());
        await store.endSessions({ subject, before: 1_000, except: null }, inTime());
        expect(node.ask('--raw', 'KEYS', `*${subject}*`).split('\n')).toHaveLength(4);
        node.takeCommandCounts();
        expect(await store.lookUp({ subject, sid, jti: 'a jti' })).toMatchObject({ denied: true, cutOff: 1_000 });
        expect(node.takeCommandCounts()).toMatchObject({ mget: 1 });
      }
    });

    it('gives every node its scripts again after SCRIPT FLUSH', async () => {
      for (const node of cluster.nodes) {
        const session = await opened(store, { subject: subjectOn(node) });
        node.ask('SCRIPT', 'FLUSH');
        expect(await store.present(presenting(session), inTime())).toMatchObject({ outcome: 'rotated' });
      }
    });

    it('is followed when a slot moves to another node, which has no script yet', async () => {
      const [from, to] = cluster.nodes as [RedisServer, RedisServer];
      const session = await opened(store, { subject: subjectOn(from) });
      to.ask('SCRIPT', 'FLUSH');
      const moveBack = moveSlot(cluster, session.subject, from, to);
      expect(await store.present(presenting(session), inTime())).toMatchObject({ outcome: 'rotated' });
      const { session: found } = await store.lookUp({ ...session, jti: null });
      expect(found).toMatchObject({ parentId: session.id });
      moveBack();
      expect((await store.lookUp({ ...session, jti: null })).session).toEqual(found);
    });

    it('serves subjects of the other nodes, and returns the time, while one node hangs', async () => {
      const [stopped] = cluster.nodes as [RedisServer];
      const session = await opened(store, { subject: subjectOn(stopped, true) });
      const waiting = await opened(store, { subject: subjectOn(stopped) });
      stopped.pause();
      try {
        const { result, milliseconds } = await waitingFor(async () => {
          const now = await store.now();
          return { now, answer: await store.present(presenting(session), now + 60_000) };
        });
        expect(result.answer).toMatchObject({ outcome: 'rotated' });
        expect(milliseconds).toBeLessThan(500);
        const late = store.present(presenting(waiting), result.now + 200);
        await sleep(300);
        stopped.resume();
        expect(await late).toEqual({ outcome: 'late' });
      } finally {
        stopped.resume();
      }
    });

    it('asks each node for the time once', async () => {
      for (const node of cluster.nodes) node.takeCommandCounts();
      await store.now();
      for (const node of cluster.nodes) expect(node.takeCommandCounts()).toMatchObject({ time: 1 });
    });

    it('has nothing wrong with it', async () => {
      expect(await store.describeProblems()).toEqual([]);
    });
  });
});

/** Moves the slot of a subject with what is in it; answers how to move it back. */
function moveSlot(cluster: RedisClusterOfServers, subject: string, from: RedisServer, to: RedisServer): () => void {
  const slot = from.ask('CLUSTER', 'KEYSLOT', `{${subject}}`);
  const [source, target] = [from.ask('CLUSTER', 'MYID'), to.ask('CLUSTER', 'MYID')];
  to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
  from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
  const keys = from.ask('--raw', 'CLUSTER', 'GETKEYSINSLOT', slot, '100').split('\n').filter(Boolean);
  from.ask('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
  for (const node of cluster.nodes) node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target);
  return () => moveSlot(cluster, subject, to, from);
}
