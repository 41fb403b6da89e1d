import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { singleDrivers, type Connected } from './drivers.js';
import {
  HOUR,
  inTime,
  newSubject,
  newToken,
  openSession,
  sessionToOpen,
  tokenOf,
  type OpenedSession,
} from '../../support/store-calls.js';

/** Every write of a store for one session. */
const writesOf = (store: RedisRevocationStore, session: OpenedSession) => ({
  open: (deadline: number) =>
    store.openSession(sessionToOpen({ subject: session.subject, maxPerSubject: 1 }), deadline),
  present: (deadline: number) => store.present(tokenOf(session), deadline),
  reuse: (deadline: number) => store.present(tokenOf({ ...session, id: 'another' }), deadline),
  end: (deadline: number) => store.endSession(session.subject, session.sid, deadline),
  endAll: (deadline: number) => store.endSessions({ ...session, before: null, except: null }, deadline),
  deny: (deadline: number) => store.deny(session.subject, 'a jti', HOUR, deadline),
});

/** The result of a call within some milliseconds. A later result is ignored. */
const within = (ms: number, call: Promise<unknown>) =>
  Promise.race([call.then(() => 'answered' as const), sleep(ms, 'hangs' as const, { ref: false })]).catch(
    (error: Error) => error,
  );

describeWithRedis('RedisRevocationStore on a Redis', () => {
  describe.each(singleDrivers)('with $name', (driver) => {
    let server: RedisServer;
    let connected: Connected;
    let store: RedisRevocationStore;
    let session: OpenedSession;

    async function start(...args: string[]): Promise<void> {
      server = await RedisServer.start(...args);
      connected = await driver.connect([server]);
      ({ store } = connected);
      session = await openSession(store);
    }
    const lookUp = () => store.lookUp({ subject: session.subject, sid: session.sid, jti: 'a jti' });

    afterEach(async () => {
      connected.close();
      await server.stop();
    });

    it('that is a replica throws for every write', async () => {
      await start();
      const before = await lookUp();
      server.run('REPLICAOF', '127.0.0.1', '1');
      for (const write of Object.values(writesOf(store, session))) {
        await expect(write(inTime())).rejects.toThrow('READONLY');
      }
      expect(await lookUp()).toEqual(before);
      server.run('REPLICAOF', 'NO', 'ONE');
      expect(await store.endSession(session.subject, session.sid, inTime())).toBe(true);
    });

    it('without free memory applies no write partially, and still ends sessions', async () => {
      await start();
      const before = await lookUp();
      server.run('CONFIG', 'SET', 'maxmemory', '1');
      const { open, present, endAll, deny, end } = writesOf(store, session);
      for (const write of [open, present, deny]) await expect(write(inTime())).rejects.toThrow('OOM');
      expect(await lookUp()).toEqual(before);
      expect(await store.listSessions(session.subject)).toEqual([before.session]);
      expect(await end(inTime())).toBe(true);
      // Without a session, the cut-off needs memory. With sessions, the script first frees theirs.
      await expect(endAll(inTime())).rejects.toThrow('OOM');
      expect(await store.listSessions(session.subject)).toEqual([]);
      server.run('CONFIG', 'SET', 'maxmemory', '0');
      expect(await deny(inTime())).toBe(true);
    });

    it('that refuses commands throws its error', async () => {
      await start();
      server.run('ACL', 'SETUSER', 'default', '-mget', '-evalsha', '-time', '-zrange');
      const calls = [
        lookUp(),
        store.now(),
        store.listSessions(session.subject),
        store.present(tokenOf(session), inTime()),
      ];
      await Promise.all(calls.map((call) => expect(call).rejects.toThrow('NOPERM')));
    });

    it('with a broken record throws, because a broken record is not a missing record', async () => {
      await start();
      server.run('SET', `jwt:{${session.subject}}:s:${session.sid}`, 'not JSON');
      await expect(lookUp()).rejects.toThrow('JSON');
      await expect(store.present(tokenOf(session), inTime())).rejects.toThrow();
    });

    it('that was stopped applies no late write after it continues', async () => {
      await start();
      const writes = writesOf(store, session);
      const before = await lookUp();
      const deadline = (await store.now()) + 300;
      server.pause();
      const calls = Object.values(writes).map((write) => write(deadline));
      await sleep(400);
      server.resume();
      for (const answer of await Promise.all(calls)) {
        expect(typeof answer === 'object' ? answer.outcome === 'late' : answer === false).toBe(true);
      }
      expect(await lookUp()).toEqual(before);
      expect(await writes.present(inTime())).toMatchObject({ outcome: 'rotated' });
    });

    it('that was stopped applies a write if it continues in time', async () => {
      await start();
      server.pause();
      const answer = store.present(tokenOf(session), inTime());
      await sleep(100);
      server.resume();
      expect(await answer).toMatchObject({ outcome: 'rotated' });
    });

    it('that was killed and restarted with its data works again by itself', async () => {
      await start('--appendonly', 'yes', '--appendfsync', 'always');
      const before = await lookUp();
      server.pause();
      const inFlight = Object.values(writesOf(store, session)).map((write) => within(5_000, write(Date.now() + 100)));
      await server.kill();
      for (const call of [lookUp(), store.now(), store.deny(session.subject, 'a jti', HOUR, Date.now())]) {
        expect(await within(300, call)).not.toBe('answered');
      }
      await server.start();
      expect(await within(5_000, lookUp())).toBe('answered');
      await Promise.all(inFlight);
      expect(await lookUp()).toEqual(before);
      expect(await store.present(tokenOf(session), inTime())).toMatchObject({ outcome: 'rotated' });
    });

    it('that was restarted without its data has no session', async () => {
      await start();
      await server.kill();
      await server.start();
      // Calls can fail while the driver reconnects.
      await until(async () => (await within(5_000, lookUp())) === 'answered');
      expect(await store.present(tokenOf(session), inTime())).toEqual({ outcome: 'unknown' });
    });

    /** A store that sends each script twice, and gets the second answer. */
    async function sendingTwice(): Promise<RedisRevocationStore> {
      await start();
      const { client } = connected;
      const repeating = Object.create(client) as Record<string, unknown>;
      for (const name of ['evalsha', 'evalSha'].filter((method) => method in client)) {
        const send = (client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
        repeating[name] = (...args: unknown[]) => send?.apply(client, args).then(() => send.apply(client, args));
      }
      // The server has each script after its first use.
      for (const write of Object.values(writesOf(store, await openSession(store)))) await write(inTime());
      return new (store.constructor as typeof RedisRevocationStore)({
        client: repeating as never,
        ownConnection: false,
      });
    }

    it.each([
      ['of an hour', 3600],
      ['without end', null],
    ])('returns the same answer to a rotation that is sent again: a life %s', async (_name, lifetime) => {
      const twice = await sendingTwice();
      const answer = await twice.present(tokenOf(session, { grace: 0, successor: newToken(lifetime) }), inTime());
      expect(answer).toMatchObject({ outcome: 'rotated', session: { parentId: session.id } });
      expect((await lookUp()).session).toEqual('session' in answer && answer.session);
    });

    it('reports a reuse also if the call is sent again', async () => {
      const twice = await sendingTwice();
      const token = tokenOf(session, { grace: 0 });
      await store.present(token, inTime());
      expect(await twice.present(token, inTime())).toEqual({ outcome: 'reused' });
      expect(await twice.present(token, inTime())).toEqual({ outcome: 'unknown' });
    });

    it('opens, ends and denies once if the calls are sent again', async () => {
      const twice = await sendingTwice();
      const subject = newSubject();
      const [first, second] = [await openSession(twice, { subject }), await openSession(twice, { subject })];
      expect((await store.listSessions(subject)).map(({ sid }) => sid)).toEqual([second.sid, first.sid]);
      expect(await twice.endSession(subject, first.sid, inTime(), 'ended')).toBe(true);
      expect(await twice.endSessions({ subject, before: null, except: null, note: 'all' }, inTime())).toBe(true);
      expect(await twice.deny(subject, 'a jti', HOUR, inTime(), 'denied')).toBe(true);
      expect(await store.listSessions(subject)).toEqual([]);
      expect((await store.listNoted(subject)).map(({ note }) => note)).toEqual(['denied', 'all', 'ended']);
    });
  });
});
