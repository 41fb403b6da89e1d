import {
  CsrfException,
  ExpiredTokenException,
  InvalidTokenException,
  JwtExtendedException,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { claimsOf, compact, forge, forgeJson, OTHER_SECRET, SECRET } from '../support/forge.js';
import { errorOf, tokenService } from '../support/token-service.js';

const refusal = async (work: () => unknown): Promise<JwtExtendedException> => {
  const error = await errorOf(work);
  expect(error).toBeInstanceOf(JwtExtendedException);
  return error as JwtExtendedException;
};

describe('TokenService.verify()', () => {
  it('returns header and claims, with defaults, frozen at every level', async () => {
    const tokens = await tokenService();
    const { header, payload } = await tokens.verify(
      compact('{"alg":"HS256","kid":"k"}', '{"sub":"alice","a":{"b":1}}'),
    );
    expect(header).toEqual({ alg: 'HS256', kid: 'k' });
    expect(payload).toEqual({ sub: 'alice', a: { b: 1 }, type: 'access', fresh: false, jti: null });
    for (const object of [header, payload, payload.a as object]) expect(Object.isFrozen(object)).toBe(true);
  });

  it('does not check the type, the freshness, the revocation and the user', async () => {
    const never = () => {
      throw new Error('asked');
    };
    const tokens = await tokenService({ isTokenRevoked: never, verifyToken: never, userLookup: never });
    await expect(tokens.verify(forge({ type: 'refresh' }))).resolves.toMatchObject({ payload: { type: 'refresh' } });
    await expect(tokens.verify(forge({ type: 'own' }))).resolves.toMatchObject({ payload: { type: 'own' } });
  });

  it('refuses forged, malformed and expired tokens', async () => {
    const tokens = await tokenService();
    expect(await refusal(() => tokens.verify(forge({}, { secret: OTHER_SECRET })))).toBeInstanceOf(
      InvalidTokenException,
    );
    expect(await refusal(() => tokens.verify('a.b.c'))).toBeInstanceOf(InvalidTokenException);
    expect(await refusal(() => tokens.verify(forge({ exp: 1 })))).toBeInstanceOf(ExpiredTokenException);
    for (const odd of [undefined, null, 7, {}]) {
      expect(await refusal(() => tokens.verify(odd as string))).toMatchObject({ message: 'Token must be a string' });
    }
  });

  it('throws exceptions with their final status and body', async () => {
    const options: JwtExtendedOptions = {
      errorMessageKey: 'error',
      header: { type: 'JWT' },
      errorResponses: { invalidToken: async () => ({ status: 400, body: { own: true } }) },
    };
    const tokens = await tokenService(options);
    const expired = await refusal(() => tokens.verify(forge({ exp: 1 })));
    expect(expired.getResponse()).toEqual({ error: 'Token has expired' });
    expect(expired.headers['WWW-Authenticate']).toContain('JWT error="invalid_token"');
    const invalid = await refusal(() => tokens.verify('garbage'));
    expect([invalid.getStatus(), invalid.getResponse()]).toEqual([400, { own: true }]);
  });

  it('accepts an expired token with allowExpired, but no other invalid token', async () => {
    const tokens = await tokenService();
    await expect(tokens.verify(forge({ exp: 1 }), { allowExpired: true })).resolves.toMatchObject({
      payload: { exp: 1 },
    });
    for (const claims of [{ exp: 'x' }, { nbf: 9e9 }, { sub: undefined }]) {
      const error = await refusal(() => tokens.verify(forge({ exp: 1, ...claims }), { allowExpired: true }));
      expect(error).toBeInstanceOf(InvalidTokenException);
    }
  });

  it('reports every other fault of an expired token before its expiry', async () => {
    const tokens = await tokenService({ issuer: 'us' });
    expect(await refusal(() => tokens.verify(forge({ exp: 1, iss: 'them' })))).toMatchObject({
      message: 'Invalid issuer',
    });
  });
});

describe('TokenService.verify() with a csrfToken', () => {
  it('compares it with the claim', async () => {
    const tokens = await tokenService();
    const token = forge({ csrf: 'value' });
    await expect(tokens.verify(token, { csrfToken: 'value' })).resolves.toBeDefined();
    for (const csrfToken of ['', 'Value', 'value ', 'valu', 'välue', '\ud800']) {
      const error = await refusal(() => tokens.verify(token, { csrfToken }));
      expect(error).toBeInstanceOf(CsrfException);
      expect(error).toMatchObject({ message: 'CSRF double submit tokens do not match', payload: { sub: 'alice' } });
    }
  });

  it('refuses a token without the claim', async () => {
    const tokens = await tokenService();
    expect(await refusal(() => tokens.verify(forge(), { csrfToken: 'x' }))).toMatchObject({
      message: 'Missing claim: csrf',
    });
  });

  it.each(['1', 'null', '["value"]', '{}', 'true'])('refuses a token whose claim is %s', async (json) => {
    const tokens = await tokenService();
    for (const csrfToken of ['1', 'null', 'value', 'true', '[object Object]']) {
      const error = await refusal(() => tokens.verify(forgeJson('csrf', json), { csrfToken }));
      expect(error).toBeInstanceOf(CsrfException);
    }
  });

  it('reports a wrong value before the expiry, and a wrong claim before both', async () => {
    const tokens = await tokenService();
    const wrong = { csrfToken: 'wrong' };
    const of = (claims: object) => refusal(() => tokens.verify(forge({ csrf: 'value', exp: 1, ...claims }), wrong));
    expect(await of({})).toBeInstanceOf(CsrfException);
    expect(await of({ csrf: undefined })).toMatchObject({ message: 'Missing claim: csrf' });
    expect(await of({ nbf: 9e9 })).toMatchObject({ message: 'The token is not yet valid (nbf)' });
    const right = { csrfToken: 'value' };
    expect(await refusal(() => tokens.verify(forge({ csrf: 'value', exp: 1 }), right))).toBeInstanceOf(
      ExpiredTokenException,
    );
  });
});

describe('a secret list', () => {
  it('signs and verifies in the same way with bytes and strings', async () => {
    const one = await tokenService({ secret: [Buffer.from(SECRET), OTHER_SECRET] });
    const other = await tokenService({ secret: [OTHER_SECRET, SECRET] });
    await expect(other.verify(await one.createAccessToken('alice'))).resolves.toBeDefined();
    await expect(one.verify(await other.createAccessToken('alice'))).resolves.toBeDefined();
    await expect(one.verify(forge(claimsOf(), { secret: OTHER_SECRET }))).resolves.toBeDefined();
  });
});
