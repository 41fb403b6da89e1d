import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createClient } from 'redis';
import { TokenService, type TokenPair } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { subjectKeys } from '../../../src/stores/redis/redis-keys.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { SessionApp } from '../../support/session-app.js';
import { sidOf } from '../../support/session-tokens.js';
import { newSid } from '../../support/store-calls.js';
import { until } from '../../support/until.js';

/** MANY_SESSIONS=200000 is the size of the report that led to this test. */
const MANY = Number(process.env.MANY_SESSIONS ?? 20_000);
const AT_ONCE = 1_000;

describeWithRedis('A user with thousands of sessions in Redis', () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;
  let app: SessionApp;
  let alice: TokenPair;
  let bob: TokenPair;

  beforeAll(async () => {
    server = await RedisServer.start('--slowlog-log-slower-than', '0', '--slowlog-max-len', '100000');
    client = createClient({ url: server.url });
    await client.connect();
    const store = new RedisRevocationStore({ client });
    app = await new SessionApp('express', store, { rotation: { maxPerUser: false } }).start();
    alice = await app.logIn('alice');
    bob = await app.logIn('bob');
  });
  afterAll(async () => {
    await app.stop();
    client.destroy();
    await server.stop();
  });

  /** Copies the session of a token, with the keys that the scripts of the store write. */
  async function copySession({ refreshToken }: TokenPair, copies: number): Promise<void> {
    const sid = sidOf(refreshToken);
    const [subject = ''] = sid.split('.');
    const keys = subjectKeys('jwt', subject);
    const stored = JSON.parse((await client.get(keys.session(sid))) ?? '') as { usedMicros: number; session: object };
    const expires = await client.zScore(keys.index, sid);
    for (let copied = 0; copied < copies; copied += AT_ONCE) {
      const batch = client.multi();
      for (let index = copied; index < Math.min(copied + AT_ONCE, copies); index++) {
        const copy = { ...stored.session, sid: newSid(subject), currentId: randomUUID() };
        const usedMicros = stored.usedMicros - 1 - index;
        batch.set(keys.session(copy.sid), JSON.stringify({ ...stored, usedMicros, session: copy }), { PX: 3_600_000 });
        batch.zAdd(keys.index, { score: expires ?? 0, value: copy.sid });
        batch.zAdd(keys.order, { score: usedMicros, value: copy.sid });
      }
      await batch.execAsPipeline();
    }
  }

  /** The longest command of the store since the last call, in milliseconds, by the clock of the server. */
  async function longestScript(): Promise<number> {
    const entries = await client.sendCommand<[unknown, unknown, number, string[]][]>(['SLOWLOG', 'GET', '-1']);
    await client.sendCommand(['SLOWLOG', 'RESET']);
    const scripts = entries.filter(([, , , [command]]) => /^EVAL/i.test(command ?? ''));
    expect(scripts.length).toBeGreaterThan(0);
    return Math.max(...scripts.map(([, , micros]) => micros)) / 1_000;
  }

  /** Runs work while another user sends requests. Returns the longest of them, and the longest stop of the event loop. */
  async function besideRequests(work: () => Promise<unknown>) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
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
    delay.enable();
    try {
      await work();
    } finally {
      isDone = true;
      delay.disable();
      await asking;
    }
    return { longest, requests, stop: delay.percentile(99) / 1e6 };
  }

  it('has a list in pages, which delays no other user', async () => {
    await copySession(alice, MANY);
    await client.sendCommand(['SLOWLOG', 'RESET']);
    const tokens = app.resolve(TokenService);
    let listed = 0;
    const { requests, longest, stop } = await besideRequests(async () => {
      listed = (await tokens.listSessions('alice')).length;
    });
    expect(listed).toBe(MANY + 1);
    expect(requests).toBeGreaterThan(5);
    expect(await longestScript()).toBeLessThan(50);
    expect(longest).toBeLessThan(1_000);
    expect(stop).toBeLessThan(100);
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
    expect(await longestScript()).toBeLessThan(50);
    expect(after.longest).toBeLessThan(1_000);
  });
});
