import fc from 'fast-check';
import type { CurrentRefreshToken, SessionLimits, SessionRecord } from 'nestjs-jwt-extended/store';
import type { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { renewSession } from '../../../src/stores/session-renewal.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { inTime, newToken, openSession, tokenOf } from '../../support/store-calls.js';
import { singleDrivers, type Connected } from './drivers.js';

/** The commands of a rotation that changes neither the index nor the expiry of the sets. */
const QUICK = { evalsha: 1, time: 1, get: 2, set: 1, zadd: 1, zscore: 1 };

/** JSON of JavaScript has no -0. */
const withoutMinus = (number: number) => (number === 0 ? 0 : number);

/** Texts that look like the members of a record, or that JSON writes in several ways. */
const TEXTS = [
  'plain',
  '',
  'a/b',
  '"quoted" \\ and \u0000 \u2028',
  'ü 漢字 😀',
  '","expiresAt":1,"sid":"x","openedAt":1,"device":null},"generation":9,"call":"x"}',
  '\\","expiresAt":1,\\"sid\\":',
  '%d %s %1 {}',
];

describeWithRedis('A rotation on Redis', () => {
  let server: RedisServer;
  let connected: Connected;
  let store: RedisRevocationStore;
  beforeAll(async () => {
    server = await RedisServer.start();
    connected = await (singleDrivers[0] as (typeof singleDrivers)[0]).connect([server]);
    ({ store } = connected);
  });
  afterAll(async () => {
    connected.close();
    await server.stop();
  });

  const index = (subject: string, set = 'u') => `jwt:{${subject}}:${set}`;

  async function commandsOf(call: () => Promise<unknown>) {
    server.takeCommandCounts();
    await call();
    return server.takeCommandCounts();
  }

  it.each(TEXTS)('has few commands if the ids and the device are %j', async (text) => {
    const token = (number: number): CurrentRefreshToken => ({ ...newToken(), id: `${number} ${text}`, csrf: text });
    let session = await openSession(store, { token: token(0), device: text });
    for (const number of [1, 2, 3]) {
      const successor = token(number);
      const rotating = tokenOf(session, { successor });
      // The first rotation may be the first run of the script.
      if (number === 1) await store.present(rotating, inTime());
      else expect(await commandsOf(() => store.present(rotating, inTime()))).toEqual(QUICK);
      session = { ...session, id: successor.id };
    }
    const { session: found } = await store.lookUp({ ...session, jti: null });
    expect(found).toMatchObject({ currentId: session.id, parentId: token(2).id, csrf: text, device: text });
    expect(await store.listSessions(session.subject)).toEqual([found]);
  });

  it('is as quick with a maximal age, while the session has time left', async () => {
    const session = await openSession(store, { maxAge: 90_000 });
    const first = newToken();
    await store.present(tokenOf(session, { successor: first, maxAge: 90_000 }), inTime());
    const next = tokenOf({ ...session, id: first.id }, { maxAge: 90_000 });
    expect(await commandsOf(() => store.present(next, inTime()))).toEqual(QUICK);
    const { session: found } = await store.lookUp({ ...session, jti: null });
    expect((found?.expiresAt as number) - (found?.openedAt as number)).toBe(90_000);
  });

  it('answers a check of the current token with three commands, and one of another token as before', async () => {
    const session = await openSession(store);
    const check = tokenOf(session, { successor: null });
    await store.present(check, inTime());
    expect(await commandsOf(() => store.present(check, inTime()))).toEqual({ evalsha: 1, time: 1, get: 2 });
    await store.present(tokenOf(session), inTime());
    expect(await store.present(check, inTime())).toMatchObject({ outcome: 'repeated' });
  });

  it('moves the session in the index before its time there is over', async () => {
    const session = await openSession(store, { token: newToken(60) });
    const listedUntil = () => Number(server.run('ZSCORE', index(session.subject), session.sid));
    const before = listedUntil();
    const successor = newToken(90);
    await store.present(tokenOf(session, { successor }), inTime());
    const { session: found } = await store.lookUp({ ...session, jti: null });
    expect(listedUntil()).toBeGreaterThan(before);
    expect(listedUntil()).toBeGreaterThan(found?.expiresAt as number);
    for (const set of ['u', 'o']) {
      expect(Number(server.run('PTTL', index(session.subject, set)))).toBeGreaterThan(90_000);
    }
  });

  it.each([[['u']], [['o']], [['u', 'o']]])('lists the session again after the server has evicted %j', async (sets) => {
    const session = await openSession(store);
    server.run('DEL', ...sets.map((set) => index(session.subject, set)));
    expect(await store.present(tokenOf(session), inTime())).toMatchObject({ outcome: 'rotated' });
    expect((await store.listSessions(session.subject)).map(({ sid }) => sid)).toEqual([session.sid]);
    for (const name of ['u', 'o']) {
      expect(server.run('--raw', 'ZRANGE', index(session.subject, name), '0', '-1')).toBe(session.sid);
      expect(Number(server.run('PTTL', index(session.subject, name)))).toBeGreaterThan(3_600_000);
    }
  });

  it('is not mistaken for one of another process that gives its calls the same names', async () => {
    // A snapshot of a process can be started twice.
    const copyOfStore = (): RedisRevocationStore => {
      const copy = Object.create(store) as RedisRevocationStore;
      Object.assign(copy as object, { calls: 9 });
      return copy;
    };
    const session = await openSession(store);
    const token = tokenOf(session, { grace: 0 });
    expect(await copyOfStore().present(token, inTime())).toMatchObject({ outcome: 'rotated' });
    expect(await copyOfStore().present({ ...token, successor: newToken() }, inTime())).toEqual({ outcome: 'reused' });
  });

  it('makes the session the last used one of its user', async () => {
    const first = await openSession(store);
    const second = await openSession(store, { subject: first.subject });
    const successor = newToken();
    await store.present(tokenOf(first, { successor }), inTime());
    await store.present(tokenOf({ ...first, id: successor.id }), inTime());
    expect((await store.listSessions(first.subject)).map(({ sid }) => sid)).toEqual([first.sid, second.sid]);
  });

  it('writes the record that the decisions of all stores want, for any token and any limit', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const lifetime = fc.option(
      fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 1, max: 1e6, noNaN: true })),
    );
    const step = fc.record({
      id: text,
      csrf: fc.option(text),
      issuedAt: fc.oneof(
        fc.integer({ min: 0, max: 2e9 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(withoutMinus),
      ),
      lifetime,
      maxAge: fc.option(fc.oneof(fc.integer({ min: 60_000, max: 1e9 }), fc.constant(90_000.5))),
      leeway: fc.integer({ min: 0, max: 100_000 }),
    });
    const renewed = (before: SessionRecord, token: CurrentRefreshToken, limits: SessionLimits, now: number) =>
      renewSession({ ...before, ...limits, token, parentId: before.currentId }, now);
    await fc.assert(
      fc.asyncProperty(fc.option(text), fc.array(step, { minLength: 2, maxLength: 5 }), async (device, steps) => {
        const session = await openSession(store, { device });
        let { session: before } = await store.lookUp({ ...session, jti: null });
        for (const [number, { maxAge, leeway, ...token }] of steps.entries()) {
          const successor = { ...token, id: `${number} ${token.id}` };
          const presented = { ...session, id: (before as SessionRecord).currentId };
          const answer = await store.present(tokenOf(presented, { successor, maxAge, leeway }), inTime());
          if (answer.outcome !== 'rotated') throw new Error(answer.outcome);
          const { record } =
            renewed(before as SessionRecord, successor, { maxAge, leeway }, answer.session.lastUsedAt) ?? {};
          expect(answer.session).toEqual(record);
          ({ session: before } = await store.lookUp({ ...session, jti: null }));
          expect(before).toEqual(record);
        }
      }),
      { numRuns: 200 },
    );
  });
});
