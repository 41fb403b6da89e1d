import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge } from '../support/forge.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { sidOf } from '../support/session-tokens.js';

const clock = useTestClock();
const LET_IN = { status: 200 };

describe.each(ADAPTERS)('An access token without session on %s', (adapter) => {
  const app = useSessionApp(adapter, { leeway: 30 });

  it('does not depend on sessions', async () => {
    const pair = await app.logIn();
    const token = await app.tokens.createAccessToken('alice');
    await app.tokens.revokeSession(sidOf(pair));
    expect(await app.get('/me', token)).toMatchObject(LET_IN);
  });

  it('is refused after its jti is denied, and other tokens are accepted', async () => {
    const [token, another] = [await app.tokens.createAccessToken('alice'), await app.tokens.createAccessToken('alice')];
    expect(await app.send('DELETE', '/logout', { token })).toMatchObject(LET_IN);
    expect(await app.get('/me', token)).toEqual(REVOKED);
    expect(await app.get('/optional', token)).toEqual(REVOKED);
    expect(await app.get('/me', another)).toMatchObject(LET_IN);
  });

  it('stays refused until its expiry and the leeway are over', async () => {
    const token = await app.tokens.createAccessToken('alice', { expires: '10m' });
    await app.tokens.revoke(token);
    clock.advance(600 + 29);
    expect(await app.get('/me', token)).toEqual(REVOKED);
    clock.advance(1);
    expect(await app.get('/me', token)).toEqual({ status: 401, body: { msg: 'Token has expired' } });
  });

  it('without exp stays refused without end', async () => {
    const token = await app.tokens.createAccessToken('alice', { expires: false });
    await app.tokens.revoke(token);
    clock.advance(50 * 365 * 86_400);
    expect(await app.get('/me', token)).toEqual(REVOKED);
  });

  it.each([
    ['', {}],
    [', with a sid of another format', { sid: 'x' }],
    [', as refresh token', { type: 'refresh' }],
    [', without exp', { exp: undefined }],
  ])('without jti%s is refused, because it cannot be revoked', async (_kind, claims) => {
    const now = Math.floor(Date.now() / 1000);
    const token = forge({ jti: undefined, sub: 'anna', iat: now, nbf: 0, exp: now + 600, ...claims });
    const path = 'type' in claims ? '/refresh-only' : '/me';
    const answer = { status: 422, body: { msg: 'Missing claim: jti' } };
    expect(await app.get(path, token)).toEqual(answer);
    expect(await app.get(path, token)).toEqual(answer);
    expect(await app.send('DELETE', '/logout', { token })).toEqual(answer);
    if (!('type' in claims)) expect(await app.get('/optional', token)).toEqual(answer);
    expect(await app.get('/unchecked', token)).toMatchObject(LET_IN);
  });

  it('without jti is accepted if it names a session that ends', async () => {
    const sid = sidOf(await app.logIn('anna'));
    const now = Math.floor(Date.now() / 1000);
    const token = forge({ jti: undefined, sub: 'anna', sid, iat: now, nbf: 0, exp: now + 600 });
    expect(await app.get('/me', token)).toMatchObject(LET_IN);
    await app.tokens.revokeSession(sid);
    expect(await app.get('/me', token)).toEqual(REVOKED);
  });

  it('is accepted if another user’s token with the same jti is denied', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    await app.tokens.revoke(forge({ sub: 'bob', jti: 'same', iat: 0, nbf: 0, exp }));
    expect(await app.get('/me', forge({ sub: 'carl', jti: 'same', iat: 0, nbf: 0, exp }))).toMatchObject(LET_IN);
  });
});

describe.each(ADAPTERS)('A cut-off of clocks that agree on %s', (adapter) => {
  const app = useSessionApp(adapter, { revocation: { clockSkew: 0 } });
  let users = 0;
  let user: string;
  let now: number;
  beforeEach(() => {
    user = `user${users++}`;
    clock.advance(100);
    now = Date.now() / 1000;
  });
  const tokenOf = (iat: unknown, sub = user) => forge({ sub, iat, nbf: 0, exp: now + 600 });
  const isLetIn = async (token: string) => (await app.get('/me', token)).status === 200;
  const letIn = (...issued: unknown[]) => Promise.all(issued.map((iat) => isLetIn(tokenOf(iat))));

  it('refuses tokens of its second and before (iat <= floor(before))', async () => {
    await app.tokens.revokeAllFor(user, { before: (now - 10) * 1000 + 999 });
    expect(await letIn(now - 20, now - 11, now - 10, now - 9, now)).toEqual([false, false, false, true, true]);
    expect(await letIn(now - 9.5, now - 9.1)).toEqual([false, false]);
  });

  it('refuses tokens without iat', async () => {
    expect(await letIn(undefined)).toEqual([true]);
    await app.tokens.revokeAllFor(user, { before: 0 });
    expect(await letIn(undefined, 1)).toEqual([false, true]);
  });

  it('can be a Date', async () => {
    await app.tokens.revokeAllFor(user, { before: new Date((now - 10) * 1000) });
    expect(await letIn(now - 10, now - 9)).toEqual([false, true]);
  });

  it('is at most the current time, which is the default', async () => {
    await app.tokens.revokeAllFor(user);
    expect(await letIn(now)).toEqual([false]);
    clock.advance(10);
    expect(await letIn(now + 1)).toEqual([true]);
    await app.tokens.revokeAllFor(user, { before: Date.now() + 3_600_000 });
    expect(await letIn(now + 10)).toEqual([false]);
    clock.advance(10);
    expect(await letIn(now + 11)).toEqual([true]);
  });

  it('never becomes earlier', async () => {
    await app.tokens.revokeAllFor(user, { before: (now - 10) * 1000 });
    await app.tokens.revokeAllFor(user, { before: (now - 20) * 1000 });
    expect(await letIn(now - 10, now - 9)).toEqual([false, true]);
  });

  it('affects one user', async () => {
    await app.tokens.revokeAllFor(user);
    expect(await isLetIn(tokenOf(now - 10, 'somebody else'))).toBe(true);
  });

  it('ends the sessions that were opened until then, also if they were refreshed later, and no others', async () => {
    const early = await app.logIn(user);
    clock.advance(10);
    const refreshed = await app.refresh(early);
    const late = await app.logIn(user);
    await app.tokens.revokeAllFor(user, { before: Date.now() - 5_000 });
    await app.expectOver(early, refreshed);
    expect(await isLetIn(late.accessToken)).toBe(true);
    expect((await app.tokens.listSessions(user)).map(({ sid }) => sid)).toEqual([sidOf(late)]);
  });

  it('does not affect the tokens of a session', async () => {
    await app.tokens.revokeAllFor(user);
    const pair = await app.logIn(user);
    expect(await isLetIn(pair.accessToken)).toBe(true);
    await app.refresh(pair);
  });

  it('does not end exceptSession, but refuses all tokens without a session', async () => {
    const [excepted, other] = [await app.logIn(user), await app.logIn(user)];
    const single = await app.tokens.createAccessToken(user);
    await app.tokens.revokeAllFor(user, { exceptSession: sidOf(excepted) });
    expect(await isLetIn(excepted.accessToken)).toBe(true);
    expect(await isLetIn(single)).toBe(false);
    await app.expectOver(other);
  });

  it.each([NaN, Infinity, -Infinity, new Date(NaN), 'yesterday', {}])('at %s throws a TypeError', async (before) => {
    const pair = await app.logIn(user);
    const revoking = async () => app.tokens.revokeAllFor(user, { before: before as number });
    await expect(revoking()).rejects.toThrow(TypeError);
    expect(await isLetIn(pair.accessToken)).toBe(true);
  });
});
