import { jest } from '@jest/globals';
import { MemoryRevocationStore, type JwtPayload } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, readToken } from '../support/forge.js';
import { REVOKED, storeCalls, useSessionApp } from '../support/session-app.js';
import { sidOf, UNKNOWN_SID } from '../support/session-tokens.js';
import { errorOf, tokenService } from '../support/token-service.js';

const LET_IN = { status: 200 };

describe.each(ADAPTERS)('Revoking on %s', (adapter) => {
  const app = useSessionApp(adapter);
  const calls = storeCalls(app.store);
  afterEach(() => jest.clearAllMocks());

  it('an access token denies it, and does not end its session', async () => {
    const pair = await app.logIn();
    expect(await app.send('DELETE', '/logout', { token: pair.accessToken })).toMatchObject(LET_IN);
    expect(await app.get('/me', pair.accessToken)).toEqual(REVOKED);
    await app.refresh(pair);
    expect(app.takeEvents().map(({ type }) => type)).not.toContain('session-ended');
  });

  it('a refresh token ends its session with its access tokens', async () => {
    const pair = await app.logIn();
    const joined = await app.tokens.createAccessToken('alice', { session: sidOf(pair) });
    expect(await app.send('DELETE', '/logout', { token: pair.refreshToken })).toMatchObject(LET_IN);
    await app.expectOver(pair);
    expect(await app.get('/me', joined)).toEqual(REVOKED);
    expect(app.takeEvents()).toContainEqual({ type: 'session-ended', sid: sidOf(pair) });
  });

  it('a replaced refresh token also ends its session', async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    await app.tokens.revoke(first.refreshToken);
    await app.expectOver(second);
  });

  it('the same token twice causes no error', async () => {
    const pair = await app.logIn();
    for (const token of Object.values(pair)) {
      await app.tokens.revoke(token);
      await app.tokens.revoke(token);
    }
    await app.expectOver(pair);
  });

  it('a verified payload has the effect of its token', async () => {
    const [one, two] = [await app.logIn(), await app.logIn()];
    await app.tokens.revoke((await app.tokens.verify(one.accessToken)).payload);
    await app.tokens.revoke((await app.tokens.verify(two.refreshToken)).payload);
    expect(await app.get('/me', one.accessToken)).toEqual(REVOKED);
    await app.expectOver(two);
  });

  it('a token that has expired by every clock does not call the store', async () => {
    const access = await app.tokens.createAccessToken('alice', { expires: -61 });
    await app.tokens.revoke(access);
    await app.tokens.revoke(forge({ type: 'refresh', sid: UNKNOWN_SID, exp: 1, iat: 0, nbf: 0 }));
    expect(calls()).toEqual([]);
  });

  it('a forged token throws, and does not call the store', async () => {
    const forged = [
      forge({}, { secret: OTHER_SECRET }),
      forge({ type: 'refresh', sid: UNKNOWN_SID }, { secret: OTHER_SECRET }),
      'x',
    ];
    for (const token of forged) {
      await expect(app.tokens.revoke(token)).rejects.toMatchObject({ code: 'JWT_INVALID' });
      await expect(app.tokens.rotate(token)).rejects.toMatchObject({ code: 'JWT_INVALID' });
    }
    expect(calls()).toEqual([]);
  });

  it('an unverified payload throws a TypeError, and does not call the store', async () => {
    const pair = await app.logIn();
    jest.clearAllMocks();
    const { claims } = readToken(pair.refreshToken);
    const copied = { ...(await app.tokens.verify(pair.refreshToken)).payload };
    const unverified = app.tokens.decodeUnverified(pair.refreshToken).payload;
    for (const payload of [claims, copied, unverified] as JwtPayload[]) {
      expect(await errorOf(() => app.tokens.revoke(payload))).toBeInstanceOf(TypeError);
      expect(await errorOf(() => app.tokens.rotate(payload))).toBeInstanceOf(TypeError);
    }
    expect(calls()).toEqual([]);
    await app.refresh(pair);
  });

  it.each(['', 'abc', 'x'.repeat(45), `${UNKNOWN_SID} `, 7, null, undefined, {}])(
    'a session by an invalid sid (%j) ends no session, and does not call the store',
    async (sid) => {
      await app.tokens.revokeSession(sid as string);
      expect(calls()).toEqual([]);
      expect(app.takeEvents()).toEqual([]);
    },
  );

  it('an unknown session causes no error', async () => {
    await app.tokens.revokeSession(UNKNOWN_SID);
  });

  it('a session ends only that session', async () => {
    const [one, two] = [await app.logIn(), await app.logIn()];
    await app.tokens.revokeSession(sidOf(one));
    await app.expectOver(one);
    expect(await app.get('/me', two.accessToken)).toMatchObject(LET_IN);
  });

  it('all tokens of a user ends the sessions of this user, emits an event, and affects no other user', async () => {
    const [one, two, another] = [await app.logIn(), await app.logIn(), await app.logIn('bob')];
    app.takeEvents();
    await app.tokens.revokeAllFor('alice');
    await app.expectOver(one, two);
    expect(await app.get('/me', another.accessToken)).toMatchObject(LET_IN);
    expect(app.takeEvents()).toEqual([{ type: 'all-revoked', identity: 'alice' }]);
  });

  it('gets no 2xx if the store did not write', async () => {
    const pair = await app.logIn();
    const deny = jest.spyOn(app.store, 'deny').mockRejectedValueOnce(new Error('the disk is full'));
    const end = jest.spyOn(app.store, 'endSession').mockImplementationOnce(() => {
      throw new Error('the disk is full');
    });
    for (const token of Object.values(pair)) {
      const answer = await app.send('DELETE', '/logout', { token });
      expect(answer).toEqual({ status: 503, body: { msg: 'Token revocation status is unavailable' } });
      expect(answer.header('retry-after')).toBe('1');
    }
    deny.mockRestore();
    end.mockRestore();
    expect(await app.get('/me', pair.accessToken)).toMatchObject(LET_IN);
  });
});

it('A number and its text are identities of two users', async () => {
  const tokens = await tokenService({ identityClaim: 'id', revocation: { store: new MemoryRevocationStore() } });
  const pair = await tokens.createTokenPair(1);
  await tokens.revokeAllFor('1');
  await tokens.revokeAllFor('json:1');
  expect(await tokens.listSessions(1)).toHaveLength(1);
  await tokens.revokeAllFor(1);
  await expect(tokens.rotate(pair.refreshToken)).rejects.toMatchObject({ code: 'JWT_REVOKED' });
});

it.each([[null], [''], ['2026-01-01'], [true], [NaN], [Infinity], [new Date(NaN)], [[]]])(
  'revokeAllFor() throws a TypeError if before is %p',
  async (before) => {
    const tokens = await tokenService({ revocation: { store: new MemoryRevocationStore() } });
    const { refreshToken } = await tokens.createTokenPair('alice');
    const call = tokens.revokeAllFor('alice', { before: before as never });
    await expect(call).rejects.toThrow('"before" must be milliseconds or a Date.');
    await tokens.rotate(refreshToken);
  },
);

describe('Without a store', () => {
  it.each([
    ['rotate', ['x']],
    ['revoke', ['x']],
    ['revokeSession', [UNKNOWN_SID]],
    ['revokeAllFor', ['alice']],
    ['listSessions', ['alice']],
  ] as const)(
    '%s returns a promise that rejects with a TypeError, and the message contains the cure',
    async (method, args) => {
      const tokens = await tokenService();
      const call = tokens[method].bind(tokens) as (...args: readonly string[]) => Promise<unknown>;
      await expect(call(...args)).rejects.toThrow(`TokenService.${method} needs a store: set the option revocation`);
    },
  );

  it('tokens have no session', async () => {
    const tokens = await tokenService();
    for (const token of Object.values(await tokens.createTokenPair('alice'))) {
      expect(readToken(token).claims.sid).toBeUndefined();
    }
  });
});
