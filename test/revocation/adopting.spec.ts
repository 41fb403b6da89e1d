import { randomUUID } from 'node:crypto';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge } from '../support/forge.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';

const clock = useTestClock();

/** A refresh token in the form of Flask-JWT-Extended. */
const flaskToken = (claims: object = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return forge({ type: 'refresh', jti: randomUUID(), iat: now, nbf: now, exp: now + 3600, ...claims });
};

describe.each(ADAPTERS)('A refresh token without session, adopted on %s', (adapter) => {
  const app = useSessionApp(adapter, { rotation: { adopt: true, grace: '10s' } });
  const sessionsOf = (user: string) => app.tokens.listSessions(user);
  beforeEach(() => clock.advance(60));

  it('opens a session at its first rotation, and the new tokens have its claims', async () => {
    const pair = await app.refresh(flaskToken({ sub: 'anna', role: 'admin' }));
    expect((await sessionsOf('anna')).map(({ sid }) => sid)).toEqual([sidOf(pair)]);
    expect(claimOf(pair.accessToken, 'sid')).toBe(sidOf(pair));
    expect(claimOf(pair.refreshToken, 'role')).toBe('admin');
    expect(await app.get('/me', pair.accessToken)).toMatchObject({ status: 200, body: { identity: 'anna' } });
    await app.refresh(pair);
    expect(await sessionsOf('anna')).toHaveLength(1);
  });

  it('opens one session, and each rotation within grace returns the same successor', async () => {
    const token = flaskToken({ sub: 'berta' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.refresh(token)));
    clock.advance(9);
    const pairs = [...answers, await app.refresh(token)];
    expect(new Set(pairs.map((pair) => JSON.stringify(pair))).size).toBe(1);
    expect(await sessionsOf('berta')).toHaveLength(1);
  });

  it('is a reuse after grace, and ends the session that it opened', async () => {
    const token = flaskToken();
    const pair = await app.refresh(token);
    clock.advance(10);
    expect(await app.tryToRefresh(token)).toEqual(REVOKED);
    await app.expectOver(pair);
    expect(app.takeEvents()).toContainEqual(
      expect.objectContaining({ type: 'refresh-reused', sid: sidOf(pair), identity: 'alice' }),
    );
  });

  it('is a reuse as soon as its successor was used', async () => {
    const token = flaskToken();
    const first = await app.refresh(token);
    const second = await app.refresh(first);
    expect(await app.tryToRefresh(token)).toEqual(REVOKED);
    await app.expectOver(first, second);
  });

  it('passes a route that does not rotate it while it is no reuse, and is refused there afterwards', async () => {
    const token = flaskToken();
    expect(await app.get('/refresh-only', token)).toMatchObject({ status: 200 });
    const pair = await app.refresh(token);
    expect(await app.get('/refresh-only', token)).toMatchObject({ status: 200 });
    clock.advance(10);
    expect(await app.get('/refresh-only', token)).toEqual(REVOKED);
    await app.expectOver(pair);
  });

  it('opens no second session after its session was ended', async () => {
    const token = flaskToken({ sub: 'carla' });
    const pair = await app.refresh(token);
    await app.tokens.revokeSession(sidOf(pair));
    expect(await app.tryToRefresh(token)).toEqual(REVOKED);
    expect(await app.get('/refresh-only', token)).toEqual(REVOKED);
    expect(await sessionsOf('carla')).toEqual([]);
  });

  it('opens no session after it was revoked', async () => {
    const token = flaskToken({ sub: 'dora' });
    await app.tokens.revoke(token);
    expect(await app.tryToRefresh(token)).toEqual(REVOKED);
    await expect(app.tokens.rotate(token)).rejects.toThrow('Token has been revoked');
    expect(await sessionsOf('dora')).toEqual([]);
  });

  it('ends the session that it opened when it is revoked', async () => {
    const token = flaskToken();
    const pair = await app.refresh(token);
    await app.tokens.revoke(token);
    await app.expectOver(pair);
  });

  it('opens no session if its user was cut off after iat, with the guard or without it', async () => {
    const before = flaskToken({ sub: 'emma' });
    clock.advance(5);
    await app.tokens.revokeAllFor('emma');
    expect(await app.tryToRefresh(before)).toEqual(REVOKED);
    await expect(app.tokens.rotate(before)).rejects.toThrow('Token has been revoked');
    expect(await sessionsOf('emma')).toEqual([]);
    // A process whose clock is ahead of the store's clock can have issued this token before the cut-off.
    clock.advance(60);
    expect(await app.tryToRefresh(flaskToken({ sub: 'emma' }))).toEqual(REVOKED);
    clock.advance(1);
    await app.refresh(flaskToken({ sub: 'emma' }));
  });

  it('opens no session if its user is cut off between the look-up and the rotation', async () => {
    const token = flaskToken({ sub: 'frida' });
    const { payload } = await app.tokens.verify(token);
    const lookUp = app.store.lookUp.bind(app.store);
    app.store.lookUp = async (query) => {
      const found = await lookUp(query);
      await app.tokens.revokeAllFor('frida');
      return found;
    };
    try {
      expect(await app.tryToRefresh(token)).toEqual(REVOKED);
      await expect(app.tokens.rotate(payload)).rejects.toThrow('Token has been revoked');
    } finally {
      app.store.lookUp = lookUp;
    }
    expect(await sessionsOf('frida')).toEqual([]);
  });

  it('without iat counts as issued before every cut-off', async () => {
    await app.refresh(flaskToken({ sub: 'gerda', iat: undefined }));
    await app.tokens.revokeAllFor('gerda', { before: 0 });
    expect(await app.tryToRefresh(flaskToken({ sub: 'gerda', iat: undefined }))).toEqual(REVOKED);
  });

  it('without exp can be adopted', async () => {
    const token = flaskToken({ sub: 'hilda', exp: undefined });
    await app.tokens.revokeSession(sidOf(await app.refresh(token)));
    clock.advance(10 * 365 * 86_400);
    expect(await app.tryToRefresh(token)).toEqual(REVOKED);
  });

  it('needs a jti', async () => {
    const answer = { status: 422, body: { msg: 'Missing claim: jti' } };
    expect(await app.tryToRefresh(flaskToken({ jti: undefined }))).toEqual(answer);
  });

  it('counts as one of the sessions of its user', async () => {
    const own = await app.logIn('ida');
    const adopted = await app.refresh(flaskToken({ sub: 'ida' }));
    await app.tokens.revokeAllFor('ida');
    await app.expectOver(own, adopted);
  });
});

describe.each(ADAPTERS)('A refresh token without session, not adopted on %s', (adapter) => {
  const app = useSessionApp(adapter);

  it('is refused by a rotation and opens no session', async () => {
    const token = flaskToken();
    expect(await app.tryToRefresh(token)).toEqual({ status: 422, body: { msg: 'Missing claim: sid' } });
    expect(await app.tokens.listSessions('alice')).toEqual([]);
    expect(app.takeEvents()).toEqual([]);
  });

  it('is checked by its jti and the cut-off on other routes', async () => {
    const token = flaskToken();
    expect(await app.get('/refresh-only', token)).toMatchObject({ status: 200 });
    await app.tokens.revoke(token);
    expect(await app.get('/refresh-only', token)).toEqual(REVOKED);
  });
});
