import type { JwtPayload } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge } from '../support/forge.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf, UNKNOWN_SID } from '../support/session-tokens.js';
import { errorOf, tokenService } from '../support/token-service.js';

const clock = useTestClock();

describe.each(ADAPTERS)('A token that joins a session on %s', (adapter) => {
  const app = useSessionApp(adapter);
  const payloadOf = async (token: string) => (await app.tokens.verify(token)).payload;

  describe('as an access token', () => {
    it.each(['its sid', 'a payload of it'])('belongs to the session (by %s)', async (kind) => {
      const pair = await app.logIn();
      const session = kind === 'its sid' ? sidOf(pair) : await payloadOf(pair.refreshToken);
      const joined = await app.tokens.createAccessToken('alice', { session, fresh: true });
      expect(sidOf(joined)).toBe(sidOf(pair));
      expect(await app.get('/me', joined)).toMatchObject({ status: 200 });
      await app.tokens.revoke(pair.refreshToken);
      expect(await app.get('/me', joined)).toEqual(REVOKED);
    });

    it('can be revoked alone', async () => {
      const pair = await app.logIn();
      const joined = await app.tokens.createAccessToken('alice', { session: sidOf(pair) });
      await app.tokens.revoke(joined);
      expect(await app.get('/me', joined)).toEqual(REVOKED);
      expect(await app.get('/me', pair.accessToken)).toMatchObject({ status: 200 });
    });

    it('of a session that is over is refused', async () => {
      expect(await app.get('/me', await app.tokens.createAccessToken('alice', { session: UNKNOWN_SID }))).toEqual(
        REVOKED,
      );
    });
  });

  describe('as a refresh token', () => {
    it('replaces the refresh token of the session, and a later use of the old token is a reuse', async () => {
      const pair = await app.logIn();
      app.takeEvents();
      const refreshToken = await app.tokens.createRefreshToken('alice', { session: sidOf(pair) });
      expect(await app.get('/refresh-only', refreshToken)).toMatchObject({ status: 200 });
      expect(await app.tokens.listSessions('alice')).toContainEqual(expect.objectContaining({ sid: sidOf(pair) }));
      expect(app.takeEvents().map(({ type }) => type)).not.toContain('session-opened');
      expect(await app.tryToRefresh(pair)).toEqual(REVOKED);
      expect(await app.tryToRefresh(refreshToken)).toEqual(REVOKED);
    });

    it('does not change the start of the session or its note', async () => {
      const { refreshToken } = await app.tokens.createTokenPair('nora', { device: 'a phone' });
      const [{ createdAt } = { createdAt: 0 }] = await app.tokens.listSessions('nora');
      clock.advance(100);
      await app.tokens.createRefreshToken('nora', { session: sidOf(refreshToken) });
      const sessions = await app.tokens.listSessions('nora');
      expect(sessions).toMatchObject([
        { sid: sidOf(refreshToken), createdAt, lastUsedAt: createdAt + 100_000, device: 'a phone' },
      ]);
    });

    it('of a session that is over cannot be created', async () => {
      const pair = await app.logIn();
      await app.tokens.revokeSession(sidOf(pair));
      await expect(app.tokens.createRefreshToken('alice', { session: sidOf(pair) })).rejects.toMatchObject({
        code: 'JWT_REVOKED',
      });
    });

    it('without a session opens a session', async () => {
      const refreshToken = await app.tokens.createRefreshToken('olga');
      expect((await app.tokens.listSessions('olga')).map(({ sid }) => sid)).toEqual([sidOf(refreshToken)]);
      const pair = await app.refresh(refreshToken);
      expect(sidOf(pair)).toBe(sidOf(refreshToken));
      expect(app.takeEvents()).toMatchObject([{ type: 'session-opened' }, { type: 'refresh-rotated' }]);
    });
  });

  it('must have the identity of the session, or the call throws a TypeError', async () => {
    const session = sidOf(await app.logIn());
    for (const create of [app.tokens.createAccessToken, app.tokens.createRefreshToken]) {
      const error = await errorOf(() => create.call(app.tokens, 'bob', { session }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toBe(
        'The session belongs to another identity. Pass a session of the identity that the token is for.',
      );
    }
  });

  it.each([
    ['text of another form', 'abc'],
    ['nothing', ''],
    ['a payload without session', { type: 'access' } as JwtPayload],
    ['a payload with a sid of another form', { type: 'access', sid: 'abc' } as unknown as JwtPayload],
  ])('cannot join %s, and the call throws a TypeError', async (_what, session) => {
    for (const create of [app.tokens.createAccessToken, app.tokens.createRefreshToken]) {
      const error = await errorOf(() => create.call(app.tokens, 'alice', { session }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toContain('"session"');
    }
  });
});

it('A token cannot join a session without a store, and the call throws a TypeError', async () => {
  const tokens = await tokenService();
  for (const create of [tokens.createAccessToken, tokens.createRefreshToken]) {
    expect(await errorOf(() => create.call(tokens, 'alice', { session: UNKNOWN_SID }))).toBeInstanceOf(TypeError);
  }
});

describe.each(ADAPTERS)('The token of a session on %s', (adapter) => {
  const app = useSessionApp(adapter);

  it.each(['abc', '', 7, null, {}, `${UNKNOWN_SID}=`, 'constructor'])(
    'with the sid %j of another format is checked by its jti and the cut-off',
    async (sid) => {
      const token = forge({ sid, jti: `of ${JSON.stringify(sid)}` });
      expect(await app.get('/me', token)).toMatchObject({ status: 200 });
      await app.tokens.revoke(token);
      expect(await app.get('/me', token)).toEqual(REVOKED);
    },
  );

  it('is refused if its sid has our format and the store does not know it', async () => {
    expect(await app.get('/me', forge({ sid: UNKNOWN_SID }))).toEqual(REVOKED);
  });

  it('is refused if the session belongs to another user', async () => {
    const sid = sidOf(await app.logIn('bob'));
    expect(await app.get('/me', forge({ sub: 'bob', sid }))).toMatchObject({ status: 200 });
    expect(await app.get('/me', forge({ sub: 'alice', sid }))).toEqual(REVOKED);
  });

  it('is refused after the store has lost its data', async () => {
    const pair = await app.logIn();
    await app.store.endSessions({ subject: sidOf(pair).split('.')[0] as string, before: null, except: null }, Infinity);
    await app.expectOver(pair);
  });
});

describe.each(ADAPTERS)('The claim of the session on %s', (adapter) => {
  const app = useSessionApp(adapter, { sessionClaim: 'session_id' });

  it('has the name of the option', async () => {
    const pair = await app.logIn();
    for (const token of Object.values(pair)) {
      expect(claimOf(token, 'session_id')).toMatch(/^[\w-]{22}\.[\w-]{22}$/);
      expect(claimOf(token, 'sid')).toBeUndefined();
    }
    const next = await app.refresh(pair);
    expect(claimOf(next.accessToken, 'session_id')).toBe(claimOf(pair.accessToken, 'session_id'));
    const { payload } = await app.tokens.verify(next.accessToken);
    const joined = await app.tokens.createAccessToken('alice', { session: payload });
    expect(claimOf(joined, 'session_id')).toBe(payload.session_id);
    await app.tokens.revoke(next.refreshToken);
    expect(await app.get('/me', joined)).toEqual(REVOKED);
  });

  it('then leaves a claim with the name sid to the application', async () => {
    const token = await app.tokens.createAccessToken('alice', { claims: { sid: UNKNOWN_SID } });
    expect(await app.get('/me', token)).toMatchObject({ status: 200 });
    const pair = await app.tokens.createTokenPair('alice', { claims: { sid: UNKNOWN_SID } });
    expect(claimOf((await app.refresh(pair)).refreshToken, 'sid')).toBe(UNKNOWN_SID);
  });
});
