import { jest } from '@jest/globals';
import type { TokenPair } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';

const clock = useTestClock();
/** Runs while the library calls `additionalClaims` for a new token. */
let duringRenewal: () => unknown = () => undefined;

describe.each(ADAPTERS)('Implicit refresh in a session on %s', (adapter) => {
  const app = useSessionApp(adapter, {
    tokenLocation: 'cookies',
    csrf: false,
    accessTokenExpires: '15m',
    implicitRefresh: { within: '14m' },
    rotation: { maxAge: '1h' },
    additionalClaims: async () => {
      await duringRenewal();
      return {};
    },
  });
  beforeEach(() => {
    duringRenewal = () => undefined;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    clock.replaceDateNow();
  });

  const send = (token: string, method = 'GET', path = '/me') =>
    app.send(method, path, { headers: [['Cookie', `access_token_cookie=${token}`]] });
  /** The status of the response, and the token in its cookie. */
  const renewal = async (token: string, method?: string, path?: string) => {
    const answer = await send(token, method, path);
    const [cookie] = answer.setCookies.filter((line) => line.startsWith('access_token_cookie='));
    return { status: answer.status, token: /=([^;]+)/.exec(cookie ?? '')?.[1] };
  };
  const logIn = async (): Promise<TokenPair> => {
    const pair = await app.tokens.createTokenPair('alice');
    clock.advance(120);
    return pair;
  };

  it('sets a token of the same session, which is refused after the end of the session', async () => {
    const pair = await logIn();
    const { token = '' } = await renewal(pair.accessToken);
    expect(sidOf(token)).toBe(sidOf(pair));
    expect(claimOf(token, 'jti')).not.toBe(claimOf(pair.accessToken, 'jti'));
    expect((await send(token)).status).toBe(200);
    await app.tokens.revoke(pair.refreshToken);
    expect(await send(token)).toEqual(REVOKED);
  });

  it('does not prolong the session', async () => {
    let { accessToken } = await logIn();
    for (let minutes = 2; minutes < 60; minutes += 10) {
      const { status, token = '' } = await renewal(accessToken);
      expect(status).toBe(200);
      accessToken = token;
      clock.advance(600);
    }
    expect((await send(accessToken)).status).toBe(401);
  });

  it('sets no token if the request was a log-out', async () => {
    const { accessToken } = await logIn();
    expect(await renewal(accessToken, 'DELETE', '/logout')).toEqual({ status: 200, token: undefined });
  });

  it('sets no token if the session ends during the request', async () => {
    const pair = await logIn();
    duringRenewal = () => app.tokens.revokeSession(sidOf(pair));
    expect(await renewal(pair.accessToken)).toEqual({ status: 200, token: undefined });
  });

  it('sets no token if a token without session is cut off during the request', async () => {
    const token = await app.tokens.createAccessToken('alice');
    clock.advance(120);
    expect((await renewal(token)).token).toBeDefined();
    duringRenewal = async () => {
      await app.tokens.revokeAllFor('alice');
      clock.advance(2);
    };
    expect(await renewal(token)).toEqual({ status: 200, token: undefined });
  });

  it('sets no token if the store fails during the request, and does not change the response', async () => {
    const { accessToken } = await logIn();
    duringRenewal = () => jest.spyOn(app.store, 'lookUp').mockRejectedValue(new Error('no connection'));
    expect(await renewal(accessToken)).toEqual({ status: 200, token: undefined });
  });
});
