import { jest } from '@jest/globals';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { singleDrivers, type Connected } from './drivers.js';
import { HOUR, inTime, newSubject, openSession, sessionToOpen, tokenOf } from '../../support/store-calls.js';

describeWithRedis('The commands for Redis', () => {
  let server: RedisServer;
  let connected: Connected;
  let store: RedisRevocationStore;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  describe.each(singleDrivers)('with $name', (driver) => {
    beforeAll(async () => {
      connected = await driver.connect([server]);
      ({ store } = connected);
    });
    afterAll(() => connected.close());

    it('are one MGET for any look-up', async () => {
      const { subject, sid } = await openSession(store);
      for (const query of [
        { sid, jti: 'a' },
        { sid, jti: null },
        { sid: null, jti: 'a' },
        { sid: null, jti: null },
      ]) {
        server.takeCommandCounts();
        await store.lookUp({ subject, ...query });
        expect(server.takeCommandCounts()).toEqual({ mget: 1 });
      }
    });

    it('are one MGET for as many look-ups as the store takes at once', async () => {
      const sessions = await Promise.all(Array.from({ length: store.lookUpsAtOnce }, () => openSession(store)));
      server.takeCommandCounts();
      const found = await store.lookUpMany(sessions.map(({ subject, sid }) => ({ subject, sid, jti: 'a' })));
      expect(server.takeCommandCounts()).toEqual({ mget: 1 });
      expect(found.map(({ session }) => session?.sid)).toEqual(sessions.map(({ sid }) => sid));
    });

    it('start no timer of the driver, since the store limits the time itself', async () => {
      const query = { subject: newSubject(), sid: null, jti: 'a' };
      // The first one opens the connection.
      await store.lookUp(query);
      const timers = [jest.spyOn(AbortSignal, 'timeout'), jest.spyOn(globalThis, 'setTimeout')];
      await store.lookUp(query);
      const started = timers.map(({ mock }) => mock.calls.length);
      jest.restoreAllMocks();
      expect(started).toEqual([0, 0]);
    });

    it('are one script for a list of sessions, and for an empty list', async () => {
      const { subject } = await openSession(store);
      await openSession(store, { subject });
      server.takeCommandCounts();
      await store.listSessions(subject);
      expect(server.takeCommandCounts()).toMatchObject({ evalsha: 1, zrevrangebyscore: 1, get: 3 });
      await store.listSessions(newSubject());
      expect(server.takeCommandCounts()).toMatchObject({ evalsha: 1, zrevrangebyscore: 1, get: 1 });
    });

    it('are one TIME for the clock', async () => {
      server.takeCommandCounts();
      await store.now();
      expect(server.takeCommandCounts()).toEqual({ time: 1 });
    });

    it('are one EVALSHA for a write, once the server has the script', async () => {
      const session = await openSession(store);
      const writes = [
        () => store.openSession(sessionToOpen({ subject: session.subject, maxPerSubject: 1 }), inTime()),
        () => store.present(tokenOf(session), inTime()),
        () => store.endSession(session.subject, session.sid, inTime()),
        () => store.endSessions({ subject: session.subject, before: null, except: null }, inTime()),
        () => store.deny(session.subject, 'a', HOUR, inTime()),
      ];
      server.run('SCRIPT', 'FLUSH');
      for (const write of writes) {
        server.takeCommandCounts();
        await write();
        expect(server.takeCommandCounts()).toMatchObject({ evalsha: 1, eval: 1 });
        await write();
        const { evalsha, eval: evals = 0 } = server.takeCommandCounts();
        expect({ evalsha, evals }).toEqual({ evalsha: 1, evals: 0 });
      }
    });

    it('apply each write once after SCRIPT FLUSH', async () => {
      const session = await openSession(store);
      server.run('SCRIPT', 'FLUSH');
      const answers = await Promise.all([1, 2, 3].map(() => store.present(tokenOf(session), inTime())));
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['repeated', 'repeated', 'rotated']);
    });
  });
});
