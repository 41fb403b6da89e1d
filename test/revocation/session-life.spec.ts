import type { RotationOptions, TokenPair } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';

const MINUTE = 60;
const EXPIRED = { status: 401, body: { msg: 'Token has expired' } };

const clock = useTestClock();
const lifeOf = (token: string) => (claimOf(token, 'exp') as number) - (claimOf(token, 'iat') as number);
const appWith = (adapter: AdapterName, rotation: RotationOptions) => useSessionApp(adapter, { rotation });

describe.each(ADAPTERS)('A session on %s', (adapter) => {
  describe('with an absolute end (maxAge)', () => {
    const app = appWith(adapter, { maxAge: '1h' });

    it('ends at the same time after any refresh, and its tokens expire then', async () => {
      let pair = await app.logIn();
      expect(lifeOf(pair.refreshToken)).toBe(60 * MINUTE);
      for (const minutes of [40, 15]) {
        clock.advance(minutes * MINUTE);
        pair = await app.refresh(pair);
      }
      expect([lifeOf(pair.refreshToken), lifeOf(pair.accessToken)]).toEqual([5 * MINUTE, 5 * MINUTE]);
      const [session] = await app.tokens.listSessions('alice');
      expect(Math.floor((session?.expiresAt ?? 0) / 1000)).toBe(claimOf(pair.refreshToken, 'exp'));

      clock.advance(5 * MINUTE);
      expect(await app.tryToRefresh(pair)).toEqual(EXPIRED);
      expect(await app.get('/me', pair.accessToken)).toEqual(EXPIRED);
      expect(await app.tokens.listSessions('alice')).toEqual([]);
    });

    it('limits the lifetime of access tokens that join it', async () => {
      const pair = await app.logIn();
      const joined = await app.tokens.createAccessToken('alice', { session: sidOf(pair), expires: '2h' });
      clock.advance(59 * MINUTE);
      expect(await app.get('/me', joined)).toMatchObject({ status: 200 });
      clock.advance(2 * MINUTE);
      expect((await app.get('/me', joined)).status).toBe(401);
    });

    it('does not last longer after a refresh token joins it', async () => {
      const pair = await app.logIn();
      clock.advance(50 * MINUTE);
      const joined = await app.tokens.createRefreshToken('alice', { session: sidOf(pair) });
      expect(lifeOf(joined)).toBe(10 * MINUTE);
    });
  });

  describe('with an idle limit', () => {
    const app = appWith(adapter, { idle: '10m' });

    it('stays open while it is refreshed in time', async () => {
      let pair = await app.logIn();
      for (let refreshes = 0; refreshes < 20; refreshes++) {
        clock.advance(9 * MINUTE);
        pair = await app.refresh(pair);
        expect(lifeOf(pair.refreshToken)).toBe(10 * MINUTE);
      }
    });

    it('ends without a refresh in time', async () => {
      const pair = await app.logIn();
      clock.advance(10 * MINUTE);
      expect(await app.tryToRefresh(pair)).toEqual(EXPIRED);
      expect((await app.get('/me', pair.accessToken)).status).toBe(401);
    });

    it('does not last longer after a repeated refresh or a request', async () => {
      const first = await app.logIn();
      const second = await app.refresh(first);
      clock.advance(9);
      expect(await app.refresh(first)).toEqual(second);
      expect(await app.get('/me', second.accessToken)).toMatchObject({ status: 200 });
      clock.advance(10 * MINUTE - 9);
      expect(await app.tryToRefresh(second)).toEqual(EXPIRED);
    });
  });

  describe('with both limits', () => {
    const app = appWith(adapter, { maxAge: '1h', idle: '50m' });

    it('ends at the earlier limit', async () => {
      let pair = await app.logIn();
      expect(lifeOf(pair.refreshToken)).toBe(50 * MINUTE);
      clock.advance(40 * MINUTE);
      pair = await app.refresh(pair);
      expect(lifeOf(pair.refreshToken)).toBe(20 * MINUTE);
    });
  });

  describe('without limits', () => {
    const app = useSessionApp(adapter, { refreshTokenExpires: false });

    it('never ends if its refresh token never expires', async () => {
      const pair = await app.logIn();
      expect(claimOf(pair.refreshToken, 'exp')).toBeUndefined();
      expect(await app.tokens.listSessions('alice')).toMatchObject([{ expiresAt: null }]);
      clock.advance(20 * 365 * 86_400);
      expect((await app.refresh(pair)).refreshToken).toBeDefined();
    });

    it('cannot begin with a refresh token that has already expired', async () => {
      await app.tokens.createRefreshToken('zoe', { expires: -1 });
      expect(await app.tokens.listSessions('zoe')).toEqual([]);
    });
  });

  describe('with at most two sessions for each user', () => {
    const app = appWith(adapter, { maxPerUser: 2 });
    const isOn = async (pair: TokenPair) => (await app.get('/me', pair.accessToken)).status === 200;

    it('ends at the start of a third one if it is unused for the longest time', async () => {
      const first = await app.logIn();
      clock.advance(1);
      const second = await app.logIn();
      const ofAnother = await app.logIn('bob');
      clock.advance(1);
      const refreshed = await app.refresh(first);
      clock.advance(1);
      const third = await app.logIn();
      expect(await Promise.all([refreshed, second, third, ofAnother].map(isOn))).toEqual([true, false, true, true]);
      await app.expectOver(second);
      expect((await app.tokens.listSessions('alice')).map(({ sid }) => sid)).toEqual([third, first].map(sidOf));
    });

    it('is one of at most two after many simultaneous log-ins', async () => {
      const pairs = await Promise.all(Array.from({ length: 10 }, () => app.logIn('carl')));
      expect((await Promise.all(pairs.map(isOn))).filter(Boolean)).toHaveLength(2);
    });
  });
});

describe.each(ADAPTERS)('The list of sessions on %s', (adapter) => {
  const app = useSessionApp(adapter);

  it('has the start, the last use, the end and the note of each, with the last used first', async () => {
    const opened = Date.now();
    const phone = await app.tokens.createTokenPair('alice', { device: 'a phone' });
    const computer = await app.tokens.createTokenPair('alice');
    clock.advance(100);
    await app.tokens.rotate(phone.refreshToken);
    const [first, second, ...others] = await app.tokens.listSessions('alice');
    expect(others).toEqual([]);
    expect(Object.keys(second ?? {}).sort()).toEqual(['createdAt', 'expiresAt', 'lastUsedAt', 'sid']);
    expect(first).toMatchObject({ sid: sidOf(phone), device: 'a phone' });
    expect(second).toMatchObject({ sid: sidOf(computer) });
    const seconds = (time: number | null | undefined) => Math.floor(((time ?? 0) - opened) / 1000);
    expect([first?.createdAt, first?.lastUsedAt, first?.expiresAt].map(seconds)).toEqual([0, 100, 100 + 30 * 86_400]);
    expect([second?.createdAt, second?.lastUsedAt, second?.expiresAt].map(seconds)).toEqual([0, 0, 30 * 86_400]);
  });

  it('has the first 256 characters of a note', async () => {
    await app.tokens.createTokenPair('bob', { device: 'x'.repeat(1000) });
    expect(await app.tokens.listSessions('bob')).toMatchObject([{ device: 'x'.repeat(256) }]);
  });

  it('is empty without sessions, and has no sessions of other users', async () => {
    expect(await app.tokens.listSessions('nobody')).toEqual([]);
  });
});
