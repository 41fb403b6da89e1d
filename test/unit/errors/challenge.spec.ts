import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { challenge, withChallenge, type ChallengeError } from '../../../src/errors/challenge.js';

const BEARER = { scheme: 'Bearer', realm: null };

describe('a challenge', () => {
  it('without an error is only the scheme', () => {
    expect(challenge(BEARER, null, { message: 'Missing Authorization Header' })).toBe('Bearer');
  });

  it('names the error and describes it', () => {
    expect(challenge({ ...BEARER, scheme: 'JWT' }, 'invalid_token', { message: 'Token has expired' })).toBe(
      'JWT error="invalid_token", error_description="Token has expired"',
    );
  });

  it.each([
    ['Login Required', '"Login Required"'],
    ['a "quoted" realm', '"a \\"quoted\\" realm"'],
    ['C:\\users', '"C:\\\\users"'],
    ['a, b=c', '"a, b=c"'],
  ])('quotes the realm %s (RFC 9110 s.5.6.4)', (realm, quoted) => {
    const source = { scheme: 'JWT', realm };
    expect(challenge(source, null, { message: '' })).toBe(`JWT realm=${quoted}`);
    expect(challenge(source, 'invalid_token', { message: 'Token has expired' })).toBe(
      `JWT realm=${quoted}, error="invalid_token", error_description="Token has expired"`,
    );
  });

  it('names the scopes that the route asks for (RFC 6750 s.3)', () => {
    const message = 'Insufficient scope';
    expect(challenge(BEARER, 'insufficient_scope', { message, scopes: ['read', 'write:"all"'] })).toBe(
      `Bearer error="insufficient_scope", error_description="Insufficient scope", scope="read write:'all'"`,
    );
    expect(challenge(BEARER, 'insufficient_scope', { message, scopes: [] })).not.toContain('scope="');
  });

  it('has only the characters in its description that RFC 6750 s.3 allows', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(texts, (message) => {
        const value = challenge(BEARER, 'invalid_token', { message });
        expect(value).toMatch(/^Bearer error="invalid_token", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]*"$/);
        expect(() => validateHeaderValue('WWW-Authenticate', value)).not.toThrow();
      }),
    );
  });
});

describe('the header fields of an answer', () => {
  const fieldsOf = (status: number, error: ChallengeError | null, headers = {}) =>
    withChallenge(headers, status, BEARER, error, { message: 'a reason' });

  it.each([
    [401, null],
    [401, 'invalid_token'],
    [401, 'insufficient_scope'],
    [403, 'insufficient_scope'],
  ] as const)('have a challenge with status %d and error %s', (status, error) => {
    expect(fieldsOf(status, error)).toEqual({ 'WWW-Authenticate': expect.stringMatching(/^Bearer/) });
  });

  it.each([
    [400, 'invalid_token'],
    [403, 'invalid_token'],
    [404, 'insufficient_scope'],
    [422, 'invalid_token'],
    [503, null],
  ] as const)('have no challenge with status %d and error %s', (status, error) => {
    expect(fieldsOf(status, error, { 'Retry-After': '1' })).toEqual({ 'Retry-After': '1' });
  });

  it('include a challenge of the application unchanged, in upper or lower case', () => {
    for (const name of ['WWW-Authenticate', 'www-authenticate']) {
      expect(fieldsOf(401, 'invalid_token', { [name]: 'Own' })).toEqual({ [name]: 'Own' });
    }
  });

  it('have no challenge if the one of the application is empty', () => {
    for (const name of ['WWW-Authenticate', 'www-authenticate']) {
      expect(fieldsOf(401, 'invalid_token', { [name]: '', Age: '1' })).toEqual({ Age: '1' });
    }
  });
});
