import { MemoryRevocationStore, type AccessTokenOptions, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { nowInSeconds, readToken } from '../../../support/forge.js';
import { errorOf, tokenService } from '../../../support/token-service.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function access(callOptions: AccessTokenOptions = {}, options: JwtExtendedOptions = {}, ...identity: unknown[]) {
  const tokens = await tokenService(options);
  return readToken(await tokens.createAccessToken(identity.length > 0 ? identity[0] : 'alice', callOptions));
}

async function refusal(callOptions: object, options: JwtExtendedOptions = {}, ...identity: unknown[]) {
  const error = await errorOf(() => access(callOptions, options, ...identity));
  expect(error).toBeInstanceOf(TypeError);
  return error?.message;
}

describe('a new token', () => {
  it('has the claims of Flask-JWT-Extended, in its order', async () => {
    const before = nowInSeconds();
    const { header, claims } = await access();
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(Object.keys(claims)).toEqual(['fresh', 'iat', 'jti', 'type', 'sub', 'nbf', 'csrf', 'exp']);
    const iat = claims.iat as number;
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(nowInSeconds());
    expect(claims).toEqual({
      fresh: false,
      iat,
      jti: expect.stringMatching(UUID_V4),
      type: 'access',
      sub: 'alice',
      nbf: iat,
      csrf: expect.stringMatching(UUID_V4),
      exp: iat + 900,
    });
    expect(claims.csrf).not.toBe(claims.jti);
  });

  it('for refreshing has the same claims, is not fresh and lives longer', async () => {
    const tokens = await tokenService();
    const { claims } = readToken(await tokens.createRefreshToken('alice'));
    expect(Object.keys(claims)).toEqual(['fresh', 'iat', 'jti', 'type', 'sub', 'nbf', 'csrf', 'exp']);
    expect(claims).toMatchObject({ type: 'refresh', fresh: false, exp: (claims.iat as number) + 2_592_000 });
  });

  it('differs from every other token', async () => {
    const tokens = await tokenService();
    const made = await Promise.all(Array.from({ length: 50 }, () => tokens.createAccessToken('alice')));
    expect(new Set(made.map((token) => readToken(token).claims.jti)).size).toBe(50);
    expect(new Set(made.map((token) => readToken(token).claims.csrf)).size).toBe(50);
  });

  it('has the claims of the options, in order', async () => {
    const { claims } = await access({}, { issuer: 'us', audience: ['a', 'b'], identityClaim: 'user' });
    const order = ['fresh', 'iat', 'jti', 'type', 'user', 'nbf', 'csrf', 'exp', 'iss', 'aud'];
    expect(Object.keys(claims)).toEqual(order);
    expect(claims).toMatchObject({ user: 'alice', iss: 'us', aud: ['a', 'b'] });
    const plain = (await access({}, { encodeNotBefore: false, csrf: false, accessTokenExpires: false })).claims;
    expect(Object.keys(plain)).toEqual(['fresh', 'iat', 'jti', 'type', 'sub']);
  });

  it('is one of two tokens of createTokenPair(), which has options for each', async () => {
    const tokens = await tokenService();
    const options = {
      fresh: true,
      accessExpires: '1m',
      refreshExpires: '1h',
      claims: { role: 'a' },
      headers: { kid: 'k' },
    };
    const pair = await tokens.createTokenPair('alice', options as never);
    const [one, two] = [readToken(pair.accessToken), readToken(pair.refreshToken)];
    expect(one.claims).toMatchObject({ type: 'access', fresh: true, role: 'a', exp: (one.claims.iat as number) + 60 });
    expect(two.claims).toMatchObject({
      type: 'refresh',
      fresh: false,
      role: 'a',
      exp: (two.claims.iat as number) + 3600,
    });
    expect([one.header.kid, two.header.kid]).toEqual(['k', 'k']);
    expect(Object.keys(pair).sort()).toEqual(['accessToken', 'refreshToken']);
  });
});

describe('expires', () => {
  it.each([
    [60, 60],
    ['2h', 7200],
    [{ days: 1 }, 86_400],
    [-10, -10],
    ['-1m', -60],
    [0.5, 1],
    ['500ms', 1],
    [1.2, 2],
  ] as const)('%j puts exp %d s after iat', async (expires, seconds) => {
    const { claims } = await access({ expires });
    expect((claims.exp as number) - (claims.iat as number)).toBe(seconds);
    expect(Number.isInteger(claims.exp)).toBe(true);
  });

  it('false omits exp, and undefined means the option', async () => {
    expect((await access({ expires: false })).claims).not.toHaveProperty('exp');
    expect((await access({ expires: undefined }, { accessTokenExpires: 5 })).claims.exp).toBeDefined();
  });

  it.each([0, '0s', '0ms', -0, { minutes: 0 }])(
    '%j is refused, and the message says to pass false',
    async (expires) => {
      expect(await refusal({ expires })).toContain('For a token that never expires, pass false');
    },
  );

  it.each(['60', '', 'soon', true, null, NaN, Infinity, {}, [], new Date()])('%p is refused', async (expires) => {
    await refusal({ expires });
  });
});

describe('fresh', () => {
  it.each([true, false])('%p is the claim', async (fresh) => {
    expect((await access({ fresh })).claims.fresh).toBe(fresh);
  });

  it.each([
    [60, 60],
    ['5m', 300],
    [{ seconds: 1.5 }, 1.5],
    [0, 0],
    [-5, -5],
  ] as const)('%j is a time with fractions, %d s from now', async (fresh, seconds) => {
    const before = Date.now() / 1000;
    const until = (await access({ fresh })).claims.fresh as number;
    expect(until).toBeGreaterThanOrEqual(before + seconds - 1e-6);
    expect(until).toBeLessThanOrEqual(Date.now() / 1000 + seconds + 1e-6);
  });

  it.each(['true', '60', null, NaN, {}, []])('%p is refused', async (fresh) => {
    await refusal({ fresh });
  });
});

describe('notBeforeDelta', () => {
  const delayOf = ({ claims }: Awaited<ReturnType<typeof access>>) => Number(claims.nbf) - Number(claims.iat);

  it.each([
    [0, 0],
    [5, 5],
    ['2m', 120],
    [{ milliseconds: 1500 }, 2],
  ] as const)('%j is added to nbf: %d s', async (notBeforeDelta, seconds) => {
    expect(delayOf(await access({ notBeforeDelta }))).toBe(seconds);
    expect(delayOf(await access({}, { notBeforeDelta }))).toBe(seconds);
    expect(delayOf(await access({ notBeforeDelta }, { notBeforeDelta: 7 }))).toBe(seconds);
  });

  it('counts for both tokens of a pair, and for a refresh token', async () => {
    const tokens = await tokenService({ notBeforeDelta: 5 });
    const pair = await tokens.createTokenPair('alice', { notBeforeDelta: 9 });
    const made = [pair.accessToken, pair.refreshToken, await tokens.createRefreshToken('alice')];
    expect(made.map((token) => delayOf(readToken(token)))).toEqual([9, 9, 5]);
  });

  it('makes a token that is refused until then', async () => {
    const tokens = await tokenService({ notBeforeDelta: 60 });
    const error = await errorOf(async () => tokens.verify(await tokens.createAccessToken('alice')));
    expect(error?.message).toBe('The token is not yet valid (nbf)');
  });

  it.each([
    [{ notBeforeDelta: -1 }, {}, 'must not be negative'],
    [{ notBeforeDelta: 'soon' }, {}, 'is not a duration'],
    [{ notBeforeDelta: 1 }, { encodeNotBefore: false }, 'needs the claim "nbf"'],
    [{ notBeforeDelta: '15m' }, {}, 'before it becomes valid'],
    [{ expires: 10 }, { notBeforeDelta: 10 }, 'before it becomes valid'],
  ])('%j with the options %j is refused', async (callOptions, options, message) => {
    expect(await refusal(callOptions, options)).toContain(message);
  });
});

describe('plainAccessTokens', () => {
  const plain: JwtExtendedOptions = { plainAccessTokens: true, csrf: false, identityClaim: 'identity' };

  it('have only the identity and times, and are accepted as access tokens', async () => {
    const tokens = await tokenService(plain);
    const token = await tokens.createAccessToken(1);
    expect(Object.keys(readToken(token).claims)).toEqual(['iat', 'identity', 'nbf', 'exp']);
    expect((await tokens.verify(token)).payload).toMatchObject({ type: 'access', fresh: false, jti: null });
  });

  it('keep their freshness, and claims of the application', async () => {
    const claims = { type: 'access', jti: 'own' };
    expect((await access({ fresh: true }, plain)).claims.fresh).toBe(true);
    expect((await access({ fresh: 60 }, plain)).claims.fresh).toEqual(expect.any(Number));
    expect((await access({ claims }, plain)).claims).toMatchObject(claims);
  });

  it('are not refresh tokens, nor tokens of a session', async () => {
    const tokens = await tokenService({ ...plain, revocation: { store: new MemoryRevocationStore() } });
    const pair = await tokens.createTokenPair('alice');
    for (const token of Object.values(pair)) {
      expect(readToken(token).claims).toMatchObject({ type: expect.any(String), jti: expect.any(String) });
    }
    const alone = await tokens.createAccessToken('alice');
    expect(Object.keys(readToken(alone).claims)).toEqual(['iat', 'jti', 'identity', 'nbf', 'exp']);
    await expect(tokens.verify(alone)).resolves.toMatchObject({ payload: { type: 'access' } });
  });
});

describe('requiredClaims', () => {
  it('refuse a new token without one of them', async () => {
    const options = { requiredClaims: ['role', 'exp'] };
    expect(await refusal({}, options)).toContain('A new token has no claim "role"');
    expect(await refusal({ claims: { role: null } }, options)).toContain('no claim "role"');
    expect(await refusal({ claims: { role: 'admin' }, expires: false }, options)).toContain('no claim "exp"');
    expect((await access({ claims: { role: 'admin' } }, options)).claims.role).toBe('admin');
  });
});
