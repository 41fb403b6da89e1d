import crypto from 'node:crypto';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { JwtPayload } from 'nestjs-jwt-extended';

const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, default: crypto, timingSafeEqual }));

const { CsrfException, InvalidTokenException } = await import('nestjs-jwt-extended');
const { checkCsrf, csrfOf, presentedCsrfValue } = await import('../../../../src/tokens/verifying/csrf.js');
const { resolveSettings } = await import('../../../../src/options/resolve-settings.js');

const HEADER = { alg: 'HS256' };
const claims = (csrf?: unknown) =>
  ({ type: 'access', fresh: false, jti: null, ...(csrf !== undefined && { csrf }) }) as JwtPayload;
const check = (csrf: unknown, presented: string) => checkCsrf(claims(csrf), HEADER, presented);

describe('the value of a token', () => {
  it('accepts only the same value', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', 'A', 'é', 'e\u0301', '\ud800', ''));
    fc.assert(
      fc.property(text, text, (expected, presented) => {
        expect(() => check(expected, expected)).not.toThrow();
        if (Buffer.compare(Buffer.from(expected), Buffer.from(presented)) === 0) return;
        expect(() => check(expected, presented)).toThrow(CsrfException);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is compared in constant time, as bytes', () => {
    timingSafeEqual.mockClear();
    for (const presented of ['abc', 'xbc', 'abx', 'ábc']) {
      try {
        check('abc', presented);
      } catch (error) {
        expect(error).toBeInstanceOf(CsrfException);
      }
    }
    // A value of another length needs no comparison, and the length is no secret.
    expect(
      timingSafeEqual.mock.calls.map((pair) => pair.map((bytes) => Buffer.from(bytes as Buffer).toString())),
    ).toEqual([
      ['abc', 'abc'],
      ['abc', 'xbc'],
      ['abc', 'abx'],
    ]);
  });

  it('is not converted to a string for the comparison', () => {
    fc.assert(
      fc.property(
        fc.anything().filter((value) => value !== undefined && typeof value !== 'string'),
        fc.string(),
        (value, presented) => {
          expect(() => check(value, presented)).toThrow(CsrfException);
        },
      ),
    );
    expect(() => check({ toString: () => 'x' }, 'x')).toThrow(CsrfException);
    expect(() => check(undefined, 'x')).toThrow(new InvalidTokenException('Missing claim: csrf'));
  });

  it('is returned only if it is a string', () => {
    expect(csrfOf(claims('x'), HEADER)).toBe('x');
    for (const value of [undefined, null, 1, ['x']]) {
      expect(() => csrfOf(claims(value), HEADER)).toThrow('Missing claim: csrf');
    }
  });

  it('is an own property of the claims', () => {
    const payload = Object.create({ csrf: 'x' }) as JwtPayload;
    expect(() => checkCsrf(payload, HEADER, 'x')).toThrow('Missing claim: csrf');
    expect(() => csrfOf(payload, HEADER)).toThrow('Missing claim: csrf');
  });

  it('causes an exception with the token if it is missing', () => {
    const payload = { sub: 'alice', type: 'access', fresh: false, jti: null } as JwtPayload;
    for (const look of [() => checkCsrf(payload, HEADER, 'x'), () => csrfOf(payload, HEADER)]) {
      expect(look).toThrow(expect.objectContaining({ code: 'JWT_INVALID', payload, header: HEADER }));
    }
  });
});

describe('the value of a request', () => {
  const { csrf } = resolveSettings({ secret: 'xy'.repeat(16), csrf: { checkForm: true } });
  const present = (request: object, method = 'POST') =>
    presentedCsrfValue({ method, headers: {}, ...request }, 'access', csrf);

  it('is not required without protection, or for a method without protection', () => {
    expect(presentedCsrfValue({ method: 'POST', headers: {} }, 'access', null)).toBeNull();
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND']) expect(present({}, method)).toBeNull();
    expect(() => present({}, 'post')).toThrow('Missing CSRF token');
  });

  it('is a string or missing, for every parsed body', () => {
    const type = fc.constantFrom('application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain');
    const body = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom('csrf_token', 'x'), fc.anything()));
    fc.assert(
      fc.property(type, body, (contentType, parsed) => {
        try {
          expect(present({ headers: { 'content-type': contentType }, body: parsed })).toMatch(/^[^]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(CsrfException);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'MULTIPART/FORM-DATA'])(
    'is read from a parsed %s',
    (type) => {
      expect(present({ headers: { 'content-type': type }, body: { csrf_token: 'a' } })).toBe('a');
    },
  );

  it('is missing in a list, a file and an object', () => {
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
      for (const field of [['a'], ['a', 'b'], [{ value: 'a' }], { value: ['a'] }, { a: 'a' }, Buffer.from('a')]) {
        const request = { headers: { 'content-type': type }, body: { csrf_token: field } };
        expect(() => present(request)).toThrow('Missing CSRF token');
      }
    }
  });

  it('is in the member value of a part, only in a multipart form', () => {
    const body = { csrf_token: { value: 'a' } };
    expect(present({ headers: { 'content-type': 'multipart/form-data' }, body })).toBe('a');
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(() => present({ headers: urlencoded, body })).toThrow('Missing CSRF token');
    const inherited = { csrf_token: Object.create({ value: 'a' }) as object };
    expect(() => present({ headers: { 'content-type': 'multipart/form-data' }, body: inherited })).toThrow(
      'Missing CSRF token',
    );
  });

  it('is joined if the framework has several lines', () => {
    expect(present({ headers: { 'x-csrf-token': ['a', 'b'] } })).toBe('a, b');
  });
});
