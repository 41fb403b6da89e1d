import { HeldTokens } from '../../../src/authentication/held-tokens.js';
import {
  InvalidTokenException,
  JwtConnections,
  MemoryRevocationStore,
  type JwtExtendedOptions,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { settleRequirement } from '../../../src/types/requirement.js';
import { ConnectedApp } from '../../support/connected-app.js';
import { useFakeTime } from '../../support/fake-time.js';

const time = useFakeTime();
const apps: ConnectedApp[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function start(options: JwtExtendedOptions = {}) {
  const app = await ConnectedApp.start({ revocation: { store: new MemoryRevocationStore() }, ...options });
  apps.push(app);
  return { app, connections: app.module.get(JwtConnections) };
}

/** An object with an id, as `userLookup` returns it. */
const alice = { id: 'alice', name: 'Alice' };
const withUsers: JwtExtendedOptions = {
  userIdentity: (user) => (typeof user === 'string' ? user : (user as typeof alice).id),
};

describe('JwtConnections.renew()', () => {
  it('lets a connection live until the new token expires, and no longer', async () => {
    const { app, connections } = await start();
    const connection = await app.open(await app.tokens.createAccessToken('alice', { expires: 60 }));
    await time.pass(50_000);
    const token = await app.tokens.createAccessToken('alice', { expires: 60 });
    const context = await connections.renew(connection.client, token);
    expect(context).toMatchObject({ token, identity: 'alice' });
    expect(app.module.get(HeldTokens).get(connection.client)).toBe(context);
    await time.pass(59_000);
    expect(connection.code).toBeNull();
    await time.pass(2_000);
    expect(connection.code).toBe('JWT_EXPIRED');
  });

  it('moves a connection to the session of the new token', async () => {
    const { app, connections } = await start();
    const [one, two] = [await app.tokens.createTokenPair('alice'), await app.tokens.createTokenPair('alice')];
    const connection = await app.open(one.accessToken);
    await connections.renew(connection.client, two.accessToken);
    await app.tokens.revoke(one.refreshToken);
    expect(connection.code).toBeNull();
    await app.tokens.revoke(two.refreshToken);
    expect(connection.code).toBe('JWT_REVOKED');
  });

  it('renews all subscriptions of a client, and accepts the same token again', async () => {
    const { app, connections } = await start();
    const token = await app.tokens.createAccessToken('alice', { expires: 60 });
    const client = {};
    const open = await Promise.all([1, 2, 3].map(() => app.open(token, { client, kind: 'subscription' })));
    await connections.renew(client, token);
    open[1]?.remove();
    await connections.renew(client, await app.tokens.createAccessToken('alice', { expires: 120 }));
    await time.pass(100_000);
    expect(open.map(({ code }) => code)).toEqual([null, null, null]);
    expect(connections.count()).toBe(2);
    await time.pass(30_000);
    expect(open.map(({ code }) => code)).toEqual(['JWT_EXPIRED', null, 'JWT_EXPIRED']);
  });

  it('refuses a token of another user, and the connection keeps its own', async () => {
    const { app, connections } = await start();
    const context = await app.check(await app.tokens.createAccessToken('alice', { expires: 60 }));
    const connection = app.register(context);
    const token = await app.tokens.createAccessToken('bob');
    await expect(connections.renew(connection.client, token)).rejects.toThrow(InvalidTokenException);
    expect(app.module.get(HeldTokens).get(connection.client)).toBeUndefined();
    expect(await connections.list('alice')).toHaveLength(1);
    await time.pass(61_000);
    expect(connection.code).toBe('JWT_EXPIRED');
  });

  it('makes all checks of the guard, with the requirements that the connection was let in with', async () => {
    const verifyToken = (payload: JwtPayload) => payload.banned !== true;
    const { app, connections } = await start({ verifyToken });
    const scoped = [settleRequirement({ scopes: 'chat', fresh: true }), settleRequirement({ roles: 'member' })];
    const make = (claims: object, fresh = true) => app.tokens.createAccessToken('alice', { claims, fresh });
    const good = { scope: 'chat', roles: ['member'] };
    const connection = await app.open(await make(good), { requirements: scoped });
    const renew = (token: string) => connections.renew(connection.client, token).then(() => 'ok', codeOf);
    const pair = await app.tokens.createTokenPair('alice', { claims: good, fresh: true });
    const revoked = await make(good);
    await app.tokens.revoke(revoked);
    const expired = await app.tokens.createAccessToken('alice', { claims: good, fresh: true, expires: -1 });
    expect(await renew(await make(good))).toBe('ok');
    expect(await renew(await make({ roles: 'member' }))).toBe('JWT_INSUFFICIENT_SCOPE');
    expect(await renew(await make({ scope: 'chat' }))).toBe('JWT_INSUFFICIENT_SCOPE');
    expect(await renew(await make(good, false))).toBe('JWT_NOT_FRESH');
    expect(await renew(await make({ ...good, banned: true }))).toBe('JWT_CLAIMS_REJECTED');
    expect(await renew(pair.refreshToken)).toBe('JWT_WRONG_TYPE');
    expect(await renew(revoked)).toBe('JWT_REVOKED');
    expect(await renew(expired)).toBe('JWT_EXPIRED');
    expect(await renew('no.token.here')).toBe('JWT_INVALID');
    expect(connection.code).toBeNull();
  });

  it('gives the request of the connection to the callbacks', async () => {
    const requests: unknown[] = [];
    const userLookup = (_payload: unknown, _header: unknown, request?: object) => requests.push(request);
    const { app, connections } = await start({ userLookup });
    const request = { headers: { host: 'chat.example' } };
    const token = await app.tokens.createAccessToken('alice');
    const connection = await app.open(token, { request });
    await connections.renew(connection.client, token);
    expect(requests.at(-1)).toBe(request);
  });

  it('refuses a client without a connection, also after its end', async () => {
    const { app, connections } = await start();
    const token = await app.tokens.createAccessToken('alice', { expires: 60 });
    await expect(connections.renew({}, token)).rejects.toThrow(/no connection that a token opened/);
    const connection = await app.open(token);
    await time.pass(61_000);
    await expect(connections.renew(connection.client, token)).rejects.toThrow(TypeError);
  });
});

describe('JwtConnections.list() and count()', () => {
  it('describe the connections of a user, the oldest first, without their tokens', async () => {
    const { app, connections } = await start();
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const { payload } = await app.tokens.verify(accessToken);
    await app.open(accessToken, { kind: 'event-stream' });
    const opened = Date.now();
    await time.pass(1_000);
    await app.open(await app.tokens.createAccessToken('alice', { expires: false }));
    await app.open(await app.tokens.createAccessToken('bob'));
    expect(connections.count()).toBe(3);
    const found = await connections.list('alice');
    expect(found).toEqual([
      {
        kind: 'event-stream',
        sid: payload.sid,
        identity: 'alice',
        openedAt: opened,
        expiresAt: (payload.exp as number) * 1000,
      },
      { kind: 'socket', sid: null, identity: 'alice', openedAt: opened + 1_000, expiresAt: null },
    ]);
    expect(found.every(Object.isFrozen)).toBe(true);
    expect(JSON.stringify(found)).not.toContain(accessToken);
  });

  it('name a user by the user, by the identity claim, and by a verified token', async () => {
    const { app, connections } = await start(withUsers);
    const token = await app.tokens.createAccessToken(alice);
    await app.open(token);
    for (const user of [alice, 'alice', await app.check(token), (await app.tokens.verify(token)).payload]) {
      expect(await connections.list(user)).toHaveLength(1);
    }
    await expect(connections.list(undefined)).rejects.toThrow(TypeError);
  });

  it.each([7, { tenant: 'a', id: 1 }, ['a', 1], true])('accept the identity %p', async (identity) => {
    const { app, connections } = await start({ identityClaim: 'user' });
    await app.open(await app.tokens.createAccessToken(identity));
    expect(await connections.list(identity)).toEqual([expect.objectContaining({ identity })]);
    expect(await connections.close(identity)).toBe(1);
  });
});

describe('JwtConnections.close()', () => {
  it('ends the connections of a user, and returns their number', async () => {
    const { app, connections } = await start(withUsers);
    const { accessToken } = await app.tokens.createTokenPair(alice);
    const other = await app.open(await app.tokens.createAccessToken('bob'));
    const open = [await app.open(accessToken), await app.open(await app.tokens.createAccessToken(alice))];
    const targets: unknown[] = [];
    app.registry.onEnded((target) => targets.push(target));
    expect(await connections.close(alice)).toBe(2);
    expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', 'JWT_REVOKED']);
    expect(other.code).toBeNull();
    expect(targets).toEqual([{ cause: 'closed', subject: expect.any(String), except: null }]);
    expect(await connections.close(alice)).toBe(0);
    await expect(app.check(accessToken)).resolves.toBeDefined();
  });

  it('ends the connections of one session, also with endOnRevocation: false', async () => {
    const { app, connections } = await start({ connections: { endOnRevocation: false } });
    const [one, two] = [await app.tokens.createTokenPair('alice'), await app.tokens.createTokenPair('alice')];
    const open = [await app.open(one.accessToken), await app.open(two.accessToken)];
    const { payload } = await app.tokens.verify(one.accessToken);
    const targets: unknown[] = [];
    app.registry.onEnded((target) => targets.push(target));
    expect(await connections.close({ sid: payload.sid as string })).toBe(1);
    expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', null]);
    expect(targets).toEqual([{ cause: 'closed', sid: payload.sid }]);
    expect(await connections.close({ sid: 'no session' })).toBe(0);
  });
});

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
