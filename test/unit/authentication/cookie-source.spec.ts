import fc from 'fast-check';
import { MissingTokenException } from 'nestjs-jwt-extended';
import { findToken } from '../../../src/authentication/token-sources.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { settleRequirement } from '../../../src/types/requirement.js';
import { SECRET } from '../../support/forge.js';
import { millisecondsOf } from '../../support/timing.js';

const settings = resolveSettings({ secret: SECRET, tokenLocation: 'cookies' });
const ANY = settleRequirement();

const find = (cookie: string | string[] | undefined): unknown =>
  findToken({ headers: { cookie } }, ANY, settings).rawToken;

/** The first cookie of the name, by the steps of RFC 6265 s.5.4 read backwards; without quotes around its value. */
function expected(header: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && pair.slice(0, equals).trim() === 'access_token_cookie') {
      return pair
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/s, '$1');
    }
  }
  return undefined;
}

const piece = fc.oneof(
  fc.constantFrom(
    'access_token_cookie',
    'access_token_cookie=',
    'access_token_cookie=a.b.c',
    'csrf_access_token=x',
    '__proto__=x',
    '; ',
    ';',
    '=',
    '"',
    '%',
    '%zz',
    ' ',
    ',',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const header = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

it('finds the first cookie of the name, or says that it is missing', () => {
  fc.assert(
    fc.property(header, (cookie) => {
      // The blanks that RFC 6265 trims; others are part of a value.
      fc.pre(!/[^\S \t]/.test(cookie));
      const value = expected(cookie);
      if (value) expect(find(cookie)).toBe(value);
      else expect(() => find(cookie)).toThrow(MissingTokenException);
    }),
    { numRuns: 3_000 },
  );
});

it('takes off the quotes that may stand around a value, and only both of them', () => {
  expect(find('access_token_cookie="a.b.c"')).toBe('a.b.c');
  expect(find('access_token_cookie="a.b.c')).toBe('"a.b.c');
  expect(find('access_token_cookie="')).toBe('"');
  expect(() => find('access_token_cookie=""; csrf_access_token=x')).toThrow('Missing cookie "access_token_cookie"');
});

it('never throws another error, for any bytes', () => {
  fc.assert(
    fc.property(fc.oneof(header, fc.string({ unit: 'binary' })), (cookie) => {
      try {
        expect(typeof find(cookie)).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(MissingTokenException);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('reads lines that a framework hands over as a list', () => {
  expect(find(['access_token_cookie=a'])).toBe('a');
  expect(() => find(undefined)).toThrow('Missing cookie "access_token_cookie"');
  expect(() => find([])).toThrow(MissingTokenException);
});

it.each([
  'access_token_cookie=',
  'access_token_cookie=;',
  'access_token_cookie;',
  ';',
  '=',
  '=;',
  ';=',
  ' ',
  ' ;',
  ' =',
  'a=1; ',
  '"',
  '%',
  '__proto__=x;',
])('reads a million characters of %j in linear time', (text) => {
  for (const around of [(body: string) => body, (body: string) => `${body}access_token_cookie=x`]) {
    const cookie = around(text.repeat(Math.ceil(1_000_000 / text.length)));
    const took = millisecondsOf(() => {
      try {
        find(cookie);
      } catch (error) {
        expect(error).toBeInstanceOf(MissingTokenException);
      }
    });
    expect(took).toBeLessThan(2_000);
  }
});

it('reads a hundred thousand cookies in linear time', () => {
  const cookie = Array.from({ length: 100_000 }, (_, index) => `c${index}=${index}`).join('; ');
  const took = millisecondsOf(() => expect(find(`${cookie}; access_token_cookie=x`)).toBe('x'));
  expect(took).toBeLessThan(2_000);
});
