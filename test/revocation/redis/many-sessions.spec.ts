import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { TokenService, type TokenPair } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { subjectKeys } from '../../../src/stores/redis/redis-keys.js';
import { RedisMonitor, type Run } from '../../support/redis-monitor.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { SessionApp } from '../../support/session-app.js';
import { sidOf } from '../../support/session-tokens.js';
import { newSid } from '../../support/store-calls.js';
import { until } from '../../support/until.js';

/** MANY_SESSIONS=200000 is the size of the report that led to this test. */
const MANY = Number(process.env.MANY_SESSIONS ?? 20_000);
const AT_ONCE = 1_000;

/** How many sessions a step may read, and how many it may remove. Each of both takes Redis about 2 ms. */
const MOST_READ = 500;
const MOST_REMOVED = 200;

/** How many commands a step may send to remove them, each with a note. */
const MOST_COMMANDS = 15 * MOST_REMOVED;

const isRead = (name: string) => ['LIST', 'MGET', 'ZRANGE'].includes(name);

describeWithRedis('A user with thousands of sessions in Redis', () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;
  let monitor: RedisMonitor;
  let app: SessionApp;
  let alice: TokenPair;
  let bob: TokenPair;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = createClient({ url: server.url });
    await client.connect();
    monitor = await RedisMonitor.start(server.url);
    const store = new RedisRevocationStore({ client });
    app = await new SessionApp('express', store, { rotation: { maxPerUser: false } }).start();
    alice = await app.logIn('alice');
    bob = await app.logIn('bob');
  });
  afterAll(async () => {
    await app.stop();
    monitor.stop();
    client.destroy();
    await server.stop();
  });

  /** Copies the session of a token, with the keys that the scripts of the store write. */
  async function copySession({ refreshToken }: TokenPair, copies: number): Promise<void> {
    const sid = sidOf(refreshToken);
    const [subject = ''] = sid.split('.');
    const keys = subjectKeys('jwt', subject);
    const stored = JSON.parse((await client.get(keys.session(sid))) ?? '') as { session: object };
    const used = (await client.zScore(keys.order, sid)) ?? 0;
    const expires = await client.zScore(keys.index, sid);
    for (let copied = 0; copied < copies; copied += AT_ONCE) {
      const batch = client.multi();
      for (let index = copied; index < Math.min(copied + AT_ONCE, copies); index++) {
        const copy = { ...stored.session, sid: newSid(subject), currentId: randomUUID() };
        batch.set(keys.session(copy.sid), JSON.stringify({ ...stored, session: copy }), { PX: 3_600_000 });
        batch.zAdd(keys.index, { score: expires ?? 0, value: copy.sid });
        batch.zAdd(keys.order, { score: used - 1 - index, value: copy.sid });
      }
      await batch.execAsPipeline();
    }
  }

  const isSmall = ({ name, commands, keys, members }: Run) => {
    if (isRead(name)) return keys.size <= MOST_READ && members <= MOST_READ + 1;
    // The other keys are those of notes.
    return keys.size <= 2 * MOST_REMOVED && members <= MOST_REMOVED + 1 && commands <= MOST_COMMANDS;
  };

  /** No script and no command since the last call has done more than its share. Returns how many there were. */
  async function expectSmallSteps(): Promise<number> {
    const runs = await monitor.take(server);
    const large = runs.filter((run) => !isSmall(run));
    expect(large.map(({ keys, ...run }) => ({ ...run, keys: keys.size }))).toEqual([]);
    return runs.length;
  }

  /** Runs work while another user sends requests. Returns how many there were, and the longest time of one. */
  async function besideRequests(work: () => Promise<unknown>) {
    let isDone = false;
    let longest = 0;
    let requests = 0;
    const asking = (async () => {
      do {
        const from = performance.now();
        expect((await app.get('/me', bob.accessToken)).status).toBe(200);
        longest = Math.max(longest, performance.now() - from);
        requests++;
      } while (!isDone);
    })();
    try {
      await work();
    } finally {
      isDone = true;
      await asking;
    }
    return { longest, requests };
  }

  it('has a list in pages, which delays no other user', async () => {
    await copySession(alice, MANY);
    await monitor.take(server);
    const tokens = app.resolve(TokenService);
    let listed = 0;
    const { requests, longest } = await besideRequests(async () => {
      listed = (await tokens.listSessions('alice')).length;
    });
    expect(listed).toBe(MANY + 1);
    expect(requests).toBeGreaterThan(5);
    expect(await expectSmallSteps()).toBeGreaterThan(MANY / MOST_READ);
    expect(longest).toBeLessThan(1_000);
    const { sessions, next } = await tokens.listSessions('alice', { limit: 50 });
    expect([sessions.length, sessions[0]?.sid]).toEqual([50, sidOf(alice)]);
    expect(next).not.toBeNull();
  });

  it('is refused everywhere as soon as revokeAllFor() is answered, and loses the records afterwards', async () => {
    const tokens = app.resolve(TokenService);
    const after = await besideRequests(async () => {
      await tokens.revokeAllFor('alice');
      expect((await app.get('/me', alice.accessToken)).status).toBe(401);
      expect((await app.tryToRefresh(alice)).status).toBe(401);
      expect(await tokens.listSessions('alice')).toEqual([]);
      const next = await app.logIn('alice');
      expect((await app.get('/me', next.accessToken)).status).toBe(200);
      const left = async () => Number(await client.dbSize());
      await until(async () => (await left()) < 12);
      expect((await app.get('/me', next.accessToken)).status).toBe(200);
    });
    expect(after.requests).toBeGreaterThan(5);
    expect(await expectSmallSteps()).toBeGreaterThan(MANY / MOST_REMOVED);
    expect(after.longest).toBeLessThan(1_000);
  });

  it('gets a note for each session, which expire in small steps too', async () => {
    const tokens = app.resolve(TokenService);
    const next = await app.logIn('alice');
    const [subject = ''] = sidOf(next.refreshToken).split('.');
    const { notes } = subjectKeys('jwt', subject);
    await copySession(next, MANY);
    await monitor.take(server);
    const after = await besideRequests(async () => {
      await tokens.revokeAllFor('alice', { note: 'a test' });
      await until(async () => (await client.zCard(notes)) > MANY);
      expect(await app.store.listNoted(subject)).toHaveLength(await client.zCard(notes));
    });
    expect(await expectSmallSteps()).toBeGreaterThan(MANY / MOST_REMOVED);
    expect(after.longest).toBeLessThan(1_000);
    // As if all of them had expired.
    await client.sendCommand(['ZUNIONSTORE', notes, '1', notes, 'WEIGHTS', '0']);
    const before = await client.zCard(notes);
    await tokens.revoke((await app.logIn('alice')).accessToken, { note: 'another test' });
    expect(await client.zCard(notes)).toBeLessThan(before);
    await expectSmallSteps();
  });
});
