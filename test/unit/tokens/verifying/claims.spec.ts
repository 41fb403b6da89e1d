import fc from 'fast-check';
import { ExpiredTokenException, InvalidTokenException, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../../src/options/resolve-settings.js';
import {
  checkClaims,
  checkParties,
  fillDefaults,
  hasBegun,
  isExpired,
  validTimeOf,
} from '../../../../src/tokens/verifying/claims.js';
import { SECRET } from '../../../support/forge.js';

const NOW = 1_000_000.25;

function check(claims: object, options: JwtExtendedOptions = {}, now = NOW): void {
  const payload = { sub: 'alice', ...claims };
  const settings = resolveSettings({ secret: SECRET, ...options });
  checkClaims(payload, settings, now);
  if (isExpired(validTimeOf(payload), settings, now)) throw new ExpiredTokenException();
}

describe('the times of a token, in seconds', () => {
  it.each([
    [{ exp: 1_000_000 }, 0, 'expired'],
    [{ exp: 1_000_001 }, 0, 'good'],
    [{ exp: 1_000_000.9 }, 0, 'expired'],
    [{ exp: 1_000_001.9 }, 0, 'good'],
    [{ exp: 999_991 }, 10, 'good'],
    [{ exp: 999_990 }, 10, 'expired'],
    [{ exp: 0 }, 0, 'expired'],
    [{ exp: -1 }, 0, 'expired'],
    [{ exp: Number.MAX_VALUE }, 0, 'good'],
    [{ iat: 1_000_000 }, 0, 'good'],
    [{ iat: 1_000_000.9 }, 0, 'good'],
    [{ iat: 1_000_001 }, 0, 'invalid'],
    [{ iat: 1_000_010 }, 10, 'good'],
    [{ iat: 1_000_011 }, 10, 'invalid'],
    [{ iat: -1e15 }, 0, 'good'],
    [{ nbf: 1_000_000 }, 0, 'good'],
    [{ nbf: 1_000_001 }, 0, 'invalid'],
    [{ nbf: 1_000_010 }, 10, 'good'],
    [{ nbf: 1_000_011 }, 10, 'invalid'],
    [{ nbf: 1_000_000.5 }, 0, 'good'],
  ])('%j with %d s of leeway is %s', (claims, leeway, expected) => {
    const exceptions = { expired: ExpiredTokenException, invalid: InvalidTokenException };
    if (expected === 'good') expect(() => check(claims, { leeway })).not.toThrow();
    else expect(() => check(claims, { leeway })).toThrow(exceptions[expected as keyof typeof exceptions]);
  });

  it('nbf and iat make a token valid from their second on', () => {
    for (const claim of ['iat', 'nbf']) {
      expect(() => check({ [claim]: 1_000_000 }, {}, 1_000_000)).not.toThrow();
      expect(() => check({ [claim]: 1_000_000 }, {}, 999_999.999)).toThrow(InvalidTokenException);
    }
  });

  it('exp, nbf and iat give the same result from the cache at any time', () => {
    const time = fc.option(fc.double({ min: -10, max: 10, noDefaultInfinity: true, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        time,
        time,
        fc.integer({ min: 0, max: 5 }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (...args) => {
          const [iat, nbf, leeway, passed] = args;
          const times = [iat, nbf].map((offset) => offset && NOW + offset);
          const claims = { sub: 'alice', iat: times[0], nbf: times[1] };
          const settings = resolveSettings({ secret: SECRET, leeway });
          const begun = hasBegun(validTimeOf(claims), settings, NOW + passed);
          if (begun) expect(() => checkClaims(claims, settings, NOW + passed)).not.toThrow();
          else expect(() => checkClaims(claims, settings, NOW + passed)).toThrow('The token is not yet valid');
        },
      ),
    );
  });

  it('exp makes a token expire in its second', () => {
    expect(() => check({ exp: 1_000_000 }, {}, 999_999.999)).not.toThrow();
    expect(() => check({ exp: 1_000_000 }, {}, 1_000_000)).toThrow(ExpiredTokenException);
  });
});

it('issuer and audience are checked again in claims that passed once', () => {
  const settings = resolveSettings({ secret: SECRET, issuer: 'us', audience: 'here' });
  expect(() => checkParties({ iss: 'us', aud: ['here'] }, settings)).not.toThrow();
  expect(() => checkParties({ iss: 'them', aud: 'here' }, settings)).toThrow('Invalid issuer');
  expect(() => checkParties({ iss: 'us', aud: 'there' }, settings)).toThrow("Audience doesn't match");
});

describe('claims', () => {
  it('do not count if they are inherited', () => {
    const claims = Object.assign(Object.create({ sub: 'mallory', exp: 1, iss: 'us' }) as object, { id: 'alice' });
    const settings = resolveSettings({ secret: SECRET, identityClaim: 'id' });
    expect(() => checkClaims(claims as Record<string, unknown>, settings, NOW)).not.toThrow();
    const withSub = resolveSettings({ secret: SECRET });
    expect(() => checkClaims(claims as Record<string, unknown>, withSub, NOW)).toThrow('Missing claim: sub');
    const withIssuer = resolveSettings({ secret: SECRET, identityClaim: 'id', issuer: 'us' });
    expect(() => checkClaims(claims as Record<string, unknown>, withIssuer, NOW)).toThrow('missing the "iss" claim');
  });

  it('have the defaults of Flask-JWT-Extended', () => {
    expect(fillDefaults(Object.freeze({ sub: 'alice' }))).toEqual({
      sub: 'alice',
      type: 'access',
      fresh: false,
      jti: null,
    });
    expect(fillDefaults(Object.freeze({ type: 'refresh', fresh: true }))).toMatchObject({
      type: 'refresh',
      fresh: true,
    });
    expect(Object.isFrozen(fillDefaults({ sub: 'alice' }))).toBe(true);
  });

  it('have each default independently of the others', () => {
    const all = { type: 'refresh', fresh: true, jti: 'id' };
    const defaults = { type: 'access', fresh: false, jti: null };
    expect(fillDefaults(all)).toEqual(all);
    for (const claim of ['type', 'fresh', 'jti'] as const) {
      const { [claim]: _left, ...others } = all;
      expect(fillDefaults(others)).toEqual({ ...others, [claim]: defaults[claim] });
    }
  });

  it('count as present if they are null', () => {
    expect(fillDefaults({ type: null, fresh: null, jti: null })).toEqual({ type: null, fresh: null, jti: null });
  });

  it('can have the name __proto__', () => {
    const payload = fillDefaults(JSON.parse('{"__proto__":{"type":"refresh"}}'));
    expect(payload.type).toBe('access');
    expect(Object.hasOwn(payload, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype);
  });
});
