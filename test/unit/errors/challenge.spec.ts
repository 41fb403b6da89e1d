import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { challenge } from '../../../src/errors/challenge.js';

describe('a challenge', () => {
  it('without an error is the scheme alone', () => {
    expect(challenge('Bearer', null, 'Missing Authorization Header')).toBe('Bearer');
  });

  it('names the error and describes it', () => {
    expect(challenge('JWT', 'invalid_token', 'Token has expired')).toBe(
      'JWT error="invalid_token", error_description="Token has expired"',
    );
  });

  it('holds nothing in its description that RFC 6750 s.3 does not allow', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(texts, (description) => {
        const value = challenge('Bearer', 'invalid_token', description);
        expect(value).toMatch(/^Bearer error="invalid_token", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]*"$/);
        expect(() => validateHeaderValue('WWW-Authenticate', value)).not.toThrow();
      }),
    );
  });
});
