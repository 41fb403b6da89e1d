import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { JwtExtendedException, type JwtAlgorithm } from 'nestjs-jwt-extended';
import { readToken, SECRET } from '../../support/forge.js';
import { errorOf, tokenService } from '../../support/token-service.js';

/** The names of claims with a meaning in the library. */
const OWN = ['type', 'fresh', 'jti', 'iat', 'nbf', 'exp', 'sub', 'csrf', 'iss', 'aud', 'sid'];

const claims = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((name) => !OWN.includes(name)),
  fc.jsonValue({ maxDepth: 4 }),
);
const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;

describe.each(Object.entries(HASHES))('a token created with %s', (algorithm, hash) => {
  it('returns its claims when it is verified', async () => {
    const tokens = await tokenService({ algorithm: algorithm as JwtAlgorithm });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), claims, async (identity, newClaims) => {
        const expected = JSON.parse(JSON.stringify(newClaims)) as object;
        const { payload } = await tokens.verify(await tokens.createAccessToken(identity, { claims: newClaims }));
        expect(payload).toMatchObject({ ...expected, sub: identity, type: 'access', fresh: false });
        for (const name of Object.keys(expected)) expect(Object.hasOwn(payload, name)).toBe(true);
      }),
    );
  });

  it('has the signature that Node’s HMAC computes', async () => {
    const tokens = await tokenService({ algorithm: algorithm as JwtAlgorithm });
    const token = await tokens.createAccessToken('ünïcödé');
    const [header, payload, signature] = token.split('.');
    expect(createHmac(hash, SECRET).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
    expect(readToken(token).header.alg).toBe(algorithm);
  });
});

describe('a token changed in one character', () => {
  it('is refused', async () => {
    const tokens = await tokenService();
    const token = await tokens.createAccessToken('alice');
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=');
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), character, async (position, changed) => {
        fc.pre(token[position] !== changed);
        const forged = token.slice(0, position) + changed + token.slice(position + 1);
        expect(await errorOf(() => tokens.verify(forged))).toBeInstanceOf(JwtExtendedException);
      }),
    );
  });
});
