import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { singleDrivers, type Connected } from './drivers.js';
import { HOUR, inTime, newSubject, opened, opening, presenting } from './questions.js';

describeWithRedis('what is sent to Redis', () => {
  let server: RedisServer;
  let connected: Connected;
  let store: RedisRevocationStore;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  describe.each(singleDrivers)('by $name', (driver) => {
    beforeAll(async () => {
      connected = await driver.connect([server]);
      ({ store } = connected);
    });
    afterAll(() => connected.close());

    it('a look-up is one MGET for every query', async () => {
      const { subject, sid } = await opened(store);
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

    it('a list of sessions is two plain reads, one where there is none', async () => {
      const { subject } = await opened(store);
      await opened(store, { subject });
      server.takeCommandCounts();
      await store.listSessions(subject);
      expect(server.takeCommandCounts()).toEqual({ zrange: 1, mget: 1 });
      await store.listSessions(newSubject());
      expect(server.takeCommandCounts()).toEqual({ zrange: 1 });
    });

    it('the clock is one TIME', async () => {
      server.takeCommandCounts();
      await store.now();
      expect(server.takeCommandCounts()).toEqual({ time: 1 });
    });

    it('a write is one EVALSHA, once the server has the script', async () => {
      const session = await opened(store);
      const writes = [
        () => store.openSession(opening({ subject: session.subject, maxPerSubject: 1 }), inTime()),
        () => store.present(presenting(session), inTime()),
        () => store.endSession(session.subject, session.sid, inTime()),
        () => store.endSessions({ subject: session.subject, before: null, except: null }, inTime()),
        () => store.deny(session.subject, 'a', HOUR, inTime()),
      ];
      server.ask('SCRIPT', 'FLUSH');
      for (const write of writes) {
        server.takeCommandCounts();
        await write();
        expect(server.takeCommandCounts()).toMatchObject({ evalsha: 1, eval: 1 });
        await write();
        const { evalsha, eval: evals = 0 } = server.takeCommandCounts();
        expect({ evalsha, evals }).toEqual({ evalsha: 1, evals: 0 });
      }
    });

    it('a write after SCRIPT FLUSH is applied once', async () => {
      const session = await opened(store);
      server.ask('SCRIPT', 'FLUSH');
      const answers = await Promise.all([1, 2, 3].map(() => store.present(presenting(session), inTime())));
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['repeated', 'repeated', 'rotated']);
    });
  });
});
