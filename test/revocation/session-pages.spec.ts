import { jest } from '@jest/globals';
import { Controller, Get, Query } from '@nestjs/common';
import { Jwt, JwtRequired, MemoryRevocationStore, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { RevocationStore } from 'nestjs-jwt-extended/store';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { TestApp } from '../support/jwt-app.js';
import { useSessionApp } from '../support/session-app.js';
import { errorOf } from '../support/token-service.js';

@Controller()
class PagesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired()
  @Get('sessions')
  sessions(@Jwt() payload: JwtPayload, @Query('after') after?: string) {
    return this.tokens.listSessions(payload, { limit: 10, after });
  }
}

describe.each(ADAPTERS)('A route with pages of sessions on %s', (adapter) => {
  const app = new TestApp(adapter, {
    options: { revocation: { store: new MemoryRevocationStore() } },
    controllers: [PagesController],
  });
  beforeAll(() => app.start());
  afterAll(() => app.stop());

  it('takes what a client passes back, and answers an empty page to anything else', async () => {
    const tokens = app.resolve(TokenService);
    for (let index = 0; index < 24; index++) await tokens.createTokenPair('alice');
    const { accessToken: token } = await tokens.createTokenPair('alice');
    const pages: { sid: string }[][] = [];
    let after: string | null = null;
    do {
      const path: string = after === null ? '/sessions' : `/sessions?after=${encodeURIComponent(after)}`;
      const answer = await app.send('GET', path, { token });
      const page = answer.body as { sessions: { sid: string }[]; next: string | null };
      pages.push(page.sessions);
      after = page.next;
    } while (after !== null);
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
    const listed = (await tokens.listSessions('alice')).map(({ sid }) => sid);
    expect(pages.flat().map(({ sid }) => sid)).toEqual(listed);
    for (const garbage of ['x', '-1', '%27%22', '{}', '9'.repeat(300)]) {
      const answer = await app.send('GET', `/sessions?after=${garbage}`, { token });
      expect(answer).toMatchObject({ status: 200, body: { sessions: [], next: null } });
    }
  });
});

describe.each(ADAPTERS)('A page of sessions on %s', (adapter) => {
  const clock = useTestClock();
  const app = useSessionApp(adapter, { rotation: { maxPerUser: false } });
  afterEach(() => jest.restoreAllMocks());

  it('has the same entries as the list', async () => {
    await app.tokens.createTokenPair('alice', { device: 'a phone' });
    clock.advance(5);
    await app.logIn();
    const list = await app.tokens.listSessions('alice');
    expect(list).toHaveLength(2);
    expect(await app.tokens.listSessions('alice', { limit: 2 })).toEqual({ sessions: list, next: null });
    const { sessions, next } = await app.tokens.listSessions('alice', { limit: 1 });
    expect(sessions).toEqual([list[0]]);
    const last = { sessions: [list[1]], next: null };
    expect(await app.tokens.listSessions('alice', { limit: 1, after: next })).toEqual(last);
  });

  it.each<[options: object, message: string]>([
    [{ limit: 0 }, '"limit" must be a whole number from 1 to 1000'],
    [{ limit: 1_001 }, '"limit" must be a whole number from 1 to 1000'],
    [{ limit: 1.5 }, '"limit" must be a whole number from 1 to 1000'],
    [{ limit: '10' }, '"limit" must be a whole number from 1 to 1000'],
    [{ after: 'x' }, '"limit" must be a whole number from 1 to 1000'],
    [{ limit: 1, after: 7 }, '"after" must be a text'],
    [{ limit: 1, ended: true }, '"ended" has no pages'],
  ])('is a TypeError with %j', async (options, message) => {
    const calls = jest.spyOn(app.store, 'listSessionPage');
    const error = await errorOf(() => app.tokens.listSessions('alice', options as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain(message);
    expect(calls).not.toHaveBeenCalled();
  });

  it('is a RevocationUnavailableException if the store returns no page', async () => {
    for (const answer of [null, [], {}, { sessions: [{}], next: null }, { sessions: [], next: 7 }, { sessions: [] }]) {
      jest.spyOn(app.store, 'listSessionPage').mockReturnValue(answer as never);
      const error = await errorOf(() => app.tokens.listSessions('alice', { limit: 5 }));
      expect(error).toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
    }
  });
});

describe('Users with thousands of sessions', () => {
  const app = useSessionApp('express', { rotation: { maxPerUser: false } });

  it('get the complete list, which is read in pages', async () => {
    const pairs = await Promise.all(Array.from({ length: 1_203 }, () => app.tokens.createTokenPair('alice')));
    const pages = jest.spyOn(app.store, 'listSessionPage');
    const listed = await app.tokens.listSessions('alice');
    expect(new Set(listed.map(({ sid }) => sid)).size).toBe(pairs.length);
    expect(pages.mock.calls.map(([, { limit }]) => limit)).toEqual([500, 500, 500]);
  });
});

describe('A store without pages of its own', () => {
  const store: RevocationStore = new MemoryRevocationStore();
  store.listSessionPage = RevocationStore.prototype.listSessionPage;
  const app = useSessionApp('express', { rotation: { maxPerUser: false } }, store);

  it('is asked once for a page', async () => {
    await Promise.all(Array.from({ length: 25 }, () => app.tokens.createTokenPair('alice')));
    const calls = jest.spyOn(store, 'listSessions');
    const all = await app.tokens.listSessions('alice');
    const first = await app.tokens.listSessions('alice', { limit: 20 });
    const second = await app.tokens.listSessions('alice', { limit: 20, after: first.next });
    expect([...first.sessions, ...second.sessions]).toEqual(all);
    expect(second.next).toBeNull();
    expect(calls).toHaveBeenCalledTimes(3);
  });
});

describe('A store without pages of notes of its own', () => {
  const store: RevocationStore = new MemoryRevocationStore();
  store.listNotedPage = RevocationStore.prototype.listNotedPage;
  const app = useSessionApp('express', {}, store);

  it('is asked once for all notes', async () => {
    for (let index = 0; index < 3; index++) {
      const { accessToken } = await app.logIn();
      await app.tokens.revoke(accessToken, { note: `note ${index}` });
    }
    const calls = jest.spyOn(store, 'listNoted');
    expect(await app.tokens.listSessions('alice', { ended: true })).toHaveLength(6);
    expect(calls).toHaveBeenCalledTimes(1);
  });
});

describe('Without the option maxPerUser', () => {
  const app = useSessionApp('express');

  it('a user has at most 100 sessions, and the least recently used one ends', async () => {
    const pairs = [];
    for (let index = 0; index < 101; index++) pairs.push(await app.logIn());
    expect(await app.tokens.listSessions('alice')).toHaveLength(100);
    expect((await app.get('/me', pairs[0]?.accessToken)).status).toBe(401);
    expect((await app.get('/me', pairs[1]?.accessToken)).status).toBe(200);
  });
});
