import type { SessionRecord } from 'nestjs-jwt-extended/store';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { singleDrivers, type Connected } from './drivers.js';
import { HOUR, inTime, newSubject, newToken, opened, opening, presenting } from './questions.js';

describeWithRedis('what is kept in Redis', () => {
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

  const keys = (pattern = '*') => server.ask('--raw', 'KEYS', pattern).split('\n').filter(Boolean).sort();
  const timeToLive = (key: string) => Number(server.ask('PTTL', key));
  const expectTimeToLive = (key: string, about: number) => {
    const left = timeToLive(key);
    expect(left).toBeGreaterThan(about - 5_000);
    expect(left).toBeLessThanOrEqual(about);
  };

  it('is named after prefix and subject, with the subject as hash tag', async () => {
    server.ask('FLUSHALL');
    const { subject, sid } = await opened(store);
    await store.deny(subject, 'a jti', HOUR, inTime());
    await store.endSessions({ subject, before: 1_000, except: null }, inTime());
    const base = `jwt:{${subject}}`;
    expect(keys()).toEqual([`${base}:c`, `${base}:j:a jti`, `${base}:s:${sid}`, `${base}:u`]);
    await opened(new RedisRevocationStore({ client: connected.client, prefix: 'my:app' }));
    expect(keys('my:app:{*')).toHaveLength(2);
  });

  it('stays as long as it is of use', async () => {
    const { subject, sid } = await opened(store, { token: newToken(60), leeway: 5_000 });
    await opened(store, { subject, token: newToken(3600), maxAge: 90_000 });
    await store.deny(subject, 'brief', 70_000, inTime());
    await store.deny(subject, 'for ever', null, inTime());
    await store.endSessions({ subject, before: 1_000, except: null }, inTime());
    const base = `jwt:{${subject}}`;
    expectTimeToLive(`${base}:s:${sid}`, 65_000);
    expectTimeToLive(`${base}:u`, 90_002);
    expectTimeToLive(`${base}:j:brief`, 70_000);
    expect([timeToLive(`${base}:j:for ever`), timeToLive(`${base}:c`)]).toEqual([-1, -1]);
  });

  it('has an index that goes with the session that lives longest', async () => {
    const { subject } = await opened(store, { token: newToken(60) });
    const index = `jwt:{${subject}}:u`;
    const endless = await opened(store, { subject, token: newToken(null) });
    expect(timeToLive(index)).toBe(-1);
    await store.present(presenting(endless, { successor: newToken(90) }), inTime());
    expectTimeToLive(index, 90_002);
    const other = await opened(store, { subject, token: newToken(null) });
    await store.endSession(subject, other.sid, inTime());
    expectTimeToLive(index, 90_002);
    await store.endSession(subject, endless.sid, inTime());
    expectTimeToLive(index, 60_002);
    await opened(store, { subject, token: newToken(null) });
    const last = await opened(store, { subject, token: newToken(30), maxPerSubject: 1 });
    expectTimeToLive(index, 30_002);
    await store.present(presenting({ ...last, id: 'reused' }), inTime());
    expect(keys(`*${subject}*`)).toEqual([]);
  });

  it('has an index that follows when a reuse ends the session that lives longest', async () => {
    const { subject } = await opened(store, { token: newToken(60) });
    const endless = await opened(store, { subject, token: newToken(null) });
    await store.present(presenting({ ...endless, id: 'reused' }), inTime());
    expectTimeToLive(`jwt:{${subject}}:u`, 60_002);
  });

  it('holds nothing about a token that is denied for no time', async () => {
    const subject = newSubject();
    for (const lifetime of [0, -1_000]) expect(await store.deny(subject, 'a jti', lifetime, inTime())).toBe(true);
    expect(keys(`*${subject}*`)).toEqual([]);
  });

  it('keeps the other sessions when a refresh token is replaced, however few there may be', async () => {
    const { subject, sid } = await opened(store);
    await opened(store, { subject });
    await store.openSession(opening({ subject, sid, existing: true, maxPerSubject: 1 }), inTime());
    expect(await store.listSessions(subject)).toHaveLength(2);
  });

  it('has an index without the sessions that expired', async () => {
    const { subject } = await opened(store, { maxAge: 20 });
    await opened(store, { subject, maxAge: 40 });
    const { sid } = await opened(store, { subject });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await store.endSession(subject, 'another', inTime());
    expect(server.ask('--raw', 'ZRANGE', `jwt:{${subject}}:u`, '0', '-1')).toBe(sid);
  });

  it('makes room by sessions that are gone first, such as evicted ones', async () => {
    const { subject, sid } = await opened(store);
    const evicted = await opened(store, { subject });
    server.ask('DEL', `jwt:{${subject}}:s:${evicted.sid}`);
    const last = await opened(store, { subject, maxPerSubject: 2 });
    expect((await store.listSessions(subject)).map((session) => session.sid)).toEqual([last.sid, sid]);
  });

  it('distinguishes sessions that were opened within one millisecond', async () => {
    const subject = newSubject();
    const sessions = await Promise.all(Array.from({ length: 20 }, () => opened(store, { subject, maxPerSubject: 10 })));
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
  ])('keeps times exactly: %s', async (_name, lifetime) => {
    const { subject, sid } = await opened(store, { token: newToken(lifetime) });
    const { session } = await store.lookUp({ subject, sid, jti: null });
    expect(session?.expiresAt).toBe((session?.openedAt as number) + lifetime * 1000);
    expect(session?.refreshExpires).toBe(1_700_000_000 + lifetime);
    expect(await store.listSessions(subject)).toEqual([session]);
  });

  it('keeps fractions as they are', async () => {
    const { subject, sid } = await opened(store, {
      token: { ...newToken(), issuedAt: 1_700_000_000.1 },
      maxAge: 1500.5,
    });
    const { session } = await store.lookUp({ subject, sid, jti: null });
    expect(session).toMatchObject({ issuedAt: 1_700_000_000.1, refreshExpires: 1_700_000_001.1 });
    expect((session?.expiresAt as number) - (session?.openedAt as number)).toBe(1500.5);
  });

  it('repeats nothing where grace is 0, also when the clock was put back since, as by a fail-over', async () => {
    const session = await opened(store);
    const key = `jwt:{${session.subject}}:s:${session.sid}`;
    expect(await store.present(presenting(session, { grace: 0 }), inTime())).toMatchObject({ outcome: 'rotated' });
    const { session: record, ...stored } = JSON.parse(server.ask('--raw', 'GET', key)) as { session: SessionRecord };
    const later = { ...record, rotatedAt: (record.rotatedAt as number) + HOUR };
    server.ask('SET', key, JSON.stringify({ ...stored, session: later }));
    expect(await store.present(presenting(session, { grace: 0 }), inTime())).toEqual({ outcome: 'reused' });
  });
});
