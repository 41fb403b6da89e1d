import type { SessionRecord } from 'nestjs-jwt-extended/store';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { singleDrivers, type Connected } from './drivers.js';
import { until } from '../../support/until.js';
import { HOUR, inTime, newSubject, newToken, openSession, sessionToOpen, tokenOf } from '../../support/store-calls.js';

describeWithRedis('The keys in Redis', () => {
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

  const keys = (pattern = '*') => server.run('--raw', 'KEYS', pattern).split('\n').filter(Boolean).sort();
  const timeToLive = (key: string) => Number(server.run('PTTL', key));
  /** The sets stay longer than the record of the session that lives longest. */
  const expectSetToLive = (key: string, about: number) => expectTimeToLive(key, Math.ceil((about * 17) / 16) + 2);
  const expectTimeToLive = (key: string, about: number) => {
    const left = timeToLive(key);
    expect(left).toBeGreaterThan(about - 5_000);
    expect(left).toBeLessThanOrEqual(about);
  };

  /** A deadline of a second, as the library sets it. */
  const soon = async () => (await store.now()) + 1_000;

  it('consist of the prefix and the subject, with the subject as hash tag', async () => {
    server.run('FLUSHALL');
    const { subject, sid } = await openSession(store);
    await store.deny(subject, 'a jti', HOUR, inTime());
    await store.endSessions({ subject, before: 1_000, except: null }, inTime());
    const base = `jwt:{${subject}}`;
    expect(keys()).toEqual([`${base}:c`, `${base}:j:a jti`, `${base}:o`, `${base}:s:${sid}`, `${base}:u`]);
    await openSession(new RedisRevocationStore({ client: connected.client, prefix: 'my:app' }));
    expect(keys('my:app:{*')).toHaveLength(3);
  });

  it('expire when they are no longer needed', async () => {
    const { subject, sid } = await openSession(store, { token: newToken(60), leeway: 5_000 });
    await openSession(store, { subject, token: newToken(3600), maxAge: 90_000 });
    await store.deny(subject, 'brief', 70_000, inTime());
    await store.deny(subject, 'for ever', null, inTime());
    await store.endSessions({ subject, before: 1_000, except: null }, inTime());
    const base = `jwt:{${subject}}`;
    expectTimeToLive(`${base}:s:${sid}`, 65_000);
    for (const name of ['u', 'o']) expectSetToLive(`${base}:${name}`, 90_000);
    expectTimeToLive(`${base}:j:brief`, 70_000);
    expect([timeToLive(`${base}:j:for ever`), timeToLive(`${base}:c`)]).toEqual([-1, -1]);
  });

  it('have an index that expires with the session that lives longest', async () => {
    const { subject } = await openSession(store, { token: newToken(60) });
    const index = `jwt:{${subject}}:u`;
    const endless = await openSession(store, { subject, token: newToken(null) });
    expect(timeToLive(index)).toBe(-1);
    await store.present(tokenOf(endless, { successor: newToken(90) }), inTime());
    expectSetToLive(index, 90_000);
    const other = await openSession(store, { subject, token: newToken(null) });
    await store.endSession(subject, other.sid, inTime());
    expectSetToLive(index, 90_000);
    await store.endSession(subject, endless.sid, inTime());
    expectSetToLive(index, 60_000);
    await openSession(store, { subject, token: newToken(null) });
    const last = await openSession(store, { subject, token: newToken(30), maxPerSubject: 1 });
    expectSetToLive(index, 30_000);
    await store.present(tokenOf({ ...last, id: 'reused' }), await soon());
    await until(() => keys(`*${subject}*`).length === 0, 5_000);
  });

  it('include one for a reuse until the deadline of its call', async () => {
    const session = await openSession(store);
    await store.present(tokenOf({ ...session, id: 'reused' }), await soon());
    const [key = '', ...others] = keys(`*${session.subject}*`);
    expect(others).toEqual([]);
    expect(key).toMatch(/:r:[\w-]{12}$/);
    expectTimeToLive(key, 1_000);
  });

  it('have an index that expires earlier after a reuse has ended the session that lives longest', async () => {
    const { subject } = await openSession(store, { token: newToken(60) });
    const endless = await openSession(store, { subject, token: newToken(null) });
    await store.present(tokenOf({ ...endless, id: 'reused' }), inTime());
    expectSetToLive(`jwt:{${subject}}:u`, 60_000);
  });

  it('include no key for a token that is denied for 0 ms', async () => {
    const subject = newSubject();
    for (const lifetime of [0, -1_000]) expect(await store.deny(subject, 'a jti', lifetime, inTime())).toBe(true);
    expect(keys(`*${subject}*`)).toEqual([]);
  });

  it('of other sessions remain if a session gets a new token without a limit', async () => {
    const { subject, sid } = await openSession(store);
    await openSession(store, { subject });
    await store.openSession(sessionToOpen({ subject, sid, existing: true, maxPerSubject: 1 }), inTime());
    expect(await store.listSessions(subject)).toHaveLength(2);
  });

  it('have an index without expired sessions', async () => {
    const { subject } = await openSession(store, { maxAge: 20 });
    await openSession(store, { subject, maxAge: 40 });
    const { sid } = await openSession(store, { subject });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await store.endSession(subject, 'another', inTime());
    expect(server.run('--raw', 'ZRANGE', `jwt:{${subject}}:u`, '0', '-1')).toBe(sid);
  });

  it('of evicted sessions do not count for a limit', async () => {
    const { subject, sid } = await openSession(store);
    const evicted = await openSession(store, { subject });
    server.run('DEL', `jwt:{${subject}}:s:${evicted.sid}`);
    const last = await openSession(store, { subject, maxPerSubject: 2 });
    expect((await store.listSessions(subject)).map((session) => session.sid)).toEqual([last.sid, sid]);
  });

  it.each(['o', 'u'])('that were evicted (%s) do not prevent the end of many sessions', async (set) => {
    const { subject, sid } = await openSession(store);
    await Promise.all(Array.from({ length: 201 }, () => openSession(store, { subject })));
    if (set === 'o') server.run('DEL', `jwt:{${subject}}:o`);
    else server.run('ZREM', `jwt:{${subject}}:u`, sid);
    expect(await store.endSessions({ subject, before: null, except: sid }, inTime())).toBe(true);
    expect((await store.listSessions(subject)).map((session) => session.sid)).toEqual([sid]);
  });

  it('store the order of sessions that were opened within one millisecond', async () => {
    const subject = newSubject();
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => openSession(store, { subject, maxPerSubject: 10 })),
    );
    const left = (await store.listSessions(subject)).map(({ sid }) => sid);
    expect(left).toEqual(
      sessions
        .slice(10)
        .map(({ sid }) => sid)
        .reverse(),
    );
  });

  it.each([
    ['a life of 5,000 years', 157_680_000_000],
    ['a life of 285 years', 9_000_000_000],
  ])('contain exact times: %s', async (_name, lifetime) => {
    const { subject, sid } = await openSession(store, { token: newToken(lifetime) });
    const { session } = await store.lookUp({ subject, sid, jti: null });
    expect(session?.expiresAt).toBe((session?.openedAt as number) + lifetime * 1000);
    expect(session?.refreshExpires).toBe(1_700_000_000 + lifetime);
    expect(await store.listSessions(subject)).toEqual([session]);
  });

  it('contain exact fractions', async () => {
    const { subject, sid } = await openSession(store, {
      token: { ...newToken(), issuedAt: 1_700_000_000.1 },
      maxAge: 1500.5,
    });
    const { session } = await store.lookUp({ subject, sid, jti: null });
    expect(session).toMatchObject({ issuedAt: 1_700_000_000.1, refreshExpires: 1_700_000_001.1 });
    expect((session?.expiresAt as number) - (session?.openedAt as number)).toBe(1500.5);
  });

  it('prevent a second rotation without grace, even if the clock goes back at a fail-over', async () => {
    const session = await openSession(store);
    const key = `jwt:{${session.subject}}:s:${session.sid}`;
    expect(await store.present(tokenOf(session, { grace: 0 }), inTime())).toMatchObject({ outcome: 'rotated' });
    const { session: record, ...stored } = JSON.parse(server.run('--raw', 'GET', key)) as { session: SessionRecord };
    const later = { ...record, rotatedAt: (record.rotatedAt as number) + HOUR };
    server.run('SET', key, JSON.stringify({ ...stored, session: later }));
    expect(await store.present(tokenOf(session, { grace: 0 }), inTime())).toEqual({ outcome: 'reused' });
  });
});
