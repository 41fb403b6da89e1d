import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { compact, OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';

const CALLBACKS = ['userLookup', 'additionalHeaders', 'additionalClaims', 'encodeKey'] as const;
type CallbackName = (typeof CALLBACKS)[number];

const clock = useTestClock();
let calls: [CallbackName, unknown][] = [];
/** The callbacks that the current test replaces. */
let doing: Partial<Record<CallbackName, () => unknown>> = {};
beforeEach(() => {
  calls = [];
  doing = {};
});

const noting =
  (name: CallbackName, usual: () => unknown) =>
  (argument: unknown): never => {
    calls.push([name, argument]);
    return (doing[name] ?? usual)() as never;
  };

const ALICE = { id: 7, name: 'Alice' };

const OPTIONS: JwtExtendedOptions = {
  additionalHeaders: noting('additionalHeaders', () => ({ kid: 'k' })),
  additionalClaims: noting('additionalClaims', () => ({ plan: 'free' })),
  encodeKey: noting('encodeKey', () => SECRET),
};

describe.each(ADAPTERS)('A rotation on %s', (adapter) => {
  const app = useSessionApp(adapter, { ...OPTIONS, userLookup: noting('userLookup', () => ALICE) });
  const notConsumed = async (pair: { refreshToken: string; accessToken: string }) => {
    doing = {};
    clock.advance(60);
    await app.refresh(await app.refresh(pair));
  };

  it('copies the identity and the claims of the application, and creates all other claims', async () => {
    const first = await app.tokens.createTokenPair('alice', {
      fresh: true,
      claims: { role: 'admin', list: [1, { a: 2 }] },
    });
    clock.advance(100);
    const second = await app.refresh(first);
    const [old, fresh] = [readToken(first.refreshToken).claims, readToken(second.refreshToken).claims];
    expect(fresh).toMatchObject({ sub: 'alice', role: 'admin', list: [1, { a: 2 }], type: 'refresh', fresh: false });
    expect(fresh).toMatchObject({
      iat: Number(old.iat) + 100,
      nbf: Number(old.nbf) + 100,
      exp: Number(old.exp) + 100,
    });
    for (const claim of ['jti', 'csrf']) expect(fresh[claim]).not.toBe(old[claim]);
    expect(readToken(second.accessToken).claims).toMatchObject({
      sub: 'alice',
      role: 'admin',
      type: 'access',
      fresh: false,
      iat: fresh.iat,
    });
    expect(Object.keys(fresh).sort()).toEqual(Object.keys(old).sort());
  });

  it('creates tokens with different ids, also in two sessions of one user', async () => {
    const first = await app.logIn();
    const tokens = [first, await app.refresh(first)].flatMap((pair) => Object.values(pair) as string[]);
    for (const claim of ['jti', 'csrf']) expect(new Set(tokens.map((token) => claimOf(token, claim))).size).toBe(4);
    const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const token of tokens)
      expect([claimOf(token, 'jti'), claimOf(token, 'csrf')]).toEqual([
        expect.stringMatching(uuid4),
        expect.stringMatching(uuid4),
      ]);
  });

  it('passes the user of userLookup to the callbacks', async () => {
    const pair = await app.logIn();
    calls = [];
    await app.tokens.rotate(pair.refreshToken);
    expect(calls[0]).toEqual(['userLookup', expect.objectContaining({ sub: 'alice', type: 'refresh' })]);
    expect(new Set(calls.slice(1).map(([name]) => name))).toEqual(new Set(CALLBACKS.slice(1)));
    expect(new Set(calls.slice(1).map(([, argument]) => argument))).toEqual(new Set([ALICE]));
  });

  it.each([null, undefined])(
    'of a token without a user is refused and does not consume the token (userLookup returns %s)',
    async (noUser) => {
      const pair = await app.logIn();
      doing = { userLookup: () => noUser };
      await expect(app.tokens.rotate(pair.refreshToken)).rejects.toMatchObject({ code: 'JWT_USER_LOOKUP' });
      expect(await app.tryToRefresh(pair)).toEqual({ status: 401, body: { msg: 'Error loading the user alice' } });
      await notConsumed(pair);
    },
  );

  it.each(CALLBACKS)('in which %s throws does not consume the token', async (name) => {
    const pair = await app.logIn();
    for (const fail of [() => Promise.reject(new Error('no database')), throwing]) {
      doing = { [name]: fail };
      await expect(app.tokens.rotate(pair.refreshToken)).rejects.toThrow('no database');
      expect((await app.tryToRefresh(pair)).status).toBe(500);
    }
    await notConsumed(pair);
  });

  it.each([
    ['additionalClaims', 'text'],
    ['additionalHeaders', 7],
    ['encodeKey', 'short'],
  ])('in which %s answers %j does not consume the token', async (name, answer) => {
    const pair = await app.logIn();
    doing = { [name]: () => answer };
    await expect(app.tokens.rotate(pair.refreshToken)).rejects.toThrow(TypeError);
    await notConsumed(pair);
  });

  it('with the user of userLookup as claims does not consume the token', async () => {
    class User {
      readonly passwordHash = 'secret';
    }
    const pair = await app.logIn();
    const user = new User();
    for (const name of ['additionalClaims', 'additionalHeaders'] as const) {
      doing = { userLookup: () => user, [name]: () => calls.at(-1)?.[1] };
      const message = `"${name}" of a new token is an instance of User. Pass a plain object of JSON values: { … }.`;
      await expect(app.tokens.rotate(pair.refreshToken)).rejects.toThrow(new TypeError(message));
      expect(calls.at(-1)).toEqual([name, user]);
    }
    await notConsumed(pair);
  });

  it('with claims that are no object does not consume the token', async () => {
    const pair = await app.logIn();
    await expect(app.tokens.rotate(pair.refreshToken, { claims: 'x' as never })).rejects.toThrow(TypeError);
    await notConsumed(pair);
  });

  it('of an access token is refused', async () => {
    const { accessToken } = await app.logIn();
    await expect(app.tokens.rotate(accessToken)).rejects.toMatchObject({ code: 'JWT_WRONG_TYPE' });
  });

  it('of an expired token is refused', async () => {
    const token = await app.tokens.createRefreshToken('alice', { expires: '1m' });
    clock.advance(60);
    await expect(app.tokens.rotate(token)).rejects.toMatchObject({ code: 'JWT_EXPIRED' });
  });

  it('returns the same tokens again until the end of grace, and ends the session afterwards', async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    for (let seconds = 0; seconds < 9; seconds++) {
      clock.advance(1);
      expect(await app.refresh(first)).toEqual(second);
    }
    clock.advance(1);
    expect(await app.tryToRefresh(first)).toEqual(REVOKED);
    await app.expectOver(second);
  });
});

describe.each(ADAPTERS)('A rotation without a user look-up on %s', (adapter) => {
  const app = useSessionApp(adapter, OPTIONS);

  it('passes the identity claim to the callbacks', async () => {
    const pair = await app.logIn();
    calls = [];
    await app.refresh(pair);
    expect(new Set(calls.map(([name]) => name))).toEqual(new Set(CALLBACKS.slice(1)));
    expect(new Set(calls.map(([, argument]) => argument))).toEqual(new Set(['alice']));
  });
});

describe.each(ADAPTERS)('A rotation with an identity claim of the application on %s', (adapter) => {
  const app = useSessionApp(adapter, { identityClaim: 'user_id', userIdentity: (user) => (user as { id: number }).id });

  it('copies the identity without calling userIdentity', async () => {
    const pair = await app.tokens.createTokenPair({ id: 7 });
    const next = await app.refresh(pair);
    expect(claimOf(next.accessToken, 'user_id')).toBe(7);
    expect(await app.tokens.listSessions(7)).toMatchObject([{ sid: sidOf(next) }]);
  });
});

describe.each(ADAPTERS)('A rotation without grace on %s', (adapter) => {
  const app = useSessionApp(adapter, { rotation: { grace: 0 } });

  it('cannot be repeated, and a second one ends the session at once', async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    expect(await app.tryToRefresh(first)).toEqual(REVOKED);
    await app.expectOver(second);
  });
});

describe.each(ADAPTERS)('Without CSRF protection on %s', (adapter) => {
  const app = useSessionApp(adapter, { csrf: false });

  it('the tokens of a session have no csrf claim', async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    for (const token of [first, second].flatMap((pair) => Object.values(pair) as string[])) {
      expect(readToken(token).claims).not.toHaveProperty('csrf');
    }
    expect(await app.refresh(first)).toEqual(second);
  });
});

describe.each(ADAPTERS)('After a rotation of keys on %s', (adapter) => {
  const app = useSessionApp(adapter, { secret: [SECRET, OTHER_SECRET] });

  it('a token of the former key still refreshes its session', async () => {
    const { refreshToken } = await app.logIn();
    const { header, claims } = readToken(refreshToken);
    const formerly = compact(JSON.stringify(header), JSON.stringify(claims), { secret: OTHER_SECRET });
    await app.refresh(formerly);
  });
});

function throwing(): never {
  throw new Error('no database');
}
