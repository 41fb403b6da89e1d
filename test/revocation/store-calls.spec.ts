import { jest } from '@jest/globals';
import { ADAPTERS } from '../support/adapters.js';
import { forge, nowInSeconds, OTHER_SECRET } from '../support/forge.js';
import { REVOKED, storeCalls, useSessionApp } from '../support/session-app.js';

let isRevoked = false;

describe.each(ADAPTERS)('The store on %s', (adapter) => {
  const app = useSessionApp(adapter, { isTokenRevoked: () => isRevoked });
  const calls = storeCalls(app.store);
  beforeEach(() => {
    isRevoked = false;
  });
  const callsOf = async (work: () => Promise<unknown>) => {
    jest.clearAllMocks();
    await work();
    return calls();
  };

  it('gets one call per request', async () => {
    const { accessToken, refreshToken } = await app.logIn();
    expect(await callsOf(() => app.get('/me', accessToken))).toEqual(['lookUp']);
    expect(await callsOf(() => app.get('/optional', accessToken))).toEqual(['lookUp']);
    expect(await callsOf(() => app.get('/refresh-only', refreshToken))).toEqual(['lookUp']);
  });

  it('gets a second call for a refresh', async () => {
    const pair = await app.logIn();
    expect(await callsOf(() => app.refresh(pair))).toEqual(['lookUp', 'present']);
  });

  it('gets no call for a token that isTokenRevoked refuses', async () => {
    const pair = await app.logIn();
    isRevoked = true;
    expect(await callsOf(async () => expect(await app.get('/me', pair.accessToken)).toEqual(REVOKED))).toEqual([]);
    expect(await callsOf(async () => expect(await app.tryToRefresh(pair)).toEqual(REVOKED))).toEqual([]);
    await expect(app.tokens.rotate(pair.refreshToken)).rejects.toMatchObject({ code: 'JWT_REVOKED' });
    expect(calls()).toEqual([]);
    isRevoked = false;
    await app.refresh(pair);
  });

  it('gets no call from a route that skips the check', async () => {
    const pair = await app.logIn();
    await app.tokens.revoke(pair.refreshToken);
    for (const token of Object.values(pair) as string[]) {
      const served = async () => expect(await app.get('/unchecked', token)).toMatchObject({ status: 200 });
      expect(await callsOf(served)).toEqual([]);
    }
  });

  it('gets no call for a token that another check refuses', async () => {
    const { accessToken, refreshToken } = await app.logIn();
    const bad = [
      'x',
      'x.y.z',
      forge({}, { secret: OTHER_SECRET }),
      forge({ exp: nowInSeconds() - 1 }),
      forge({ nbf: nowInSeconds() + 60 }),
    ];
    const work = async () => {
      for (const token of bad) {
        for (const path of ['/me', '/optional', '/refresh-only'])
          expect((await app.get(path, token)).status).toBeGreaterThan(400);
        expect((await app.tryToRefresh(token)).status).toBeGreaterThan(400);
        expect((await app.send('DELETE', '/logout', { token })).status).toBeGreaterThan(400);
      }
      expect((await app.get('/me', refreshToken)).status).toBe(422);
      expect((await app.tryToRefresh(accessToken)).status).toBe(422);
      expect((await app.get('/me')).status).toBe(401);
      expect((await app.get('/optional')).status).toBe(200);
    };
    expect(await callsOf(work)).toEqual([]);
  });
});
