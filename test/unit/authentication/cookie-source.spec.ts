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

/** The only value of the cookies with the name, without its quotes. It reverses the steps of RFC 6265 s.5.4. */
function expected(header: string): string | undefined {
  const values = header
    .split(';')
    .filter((pair) => pair.includes('=') && pair.slice(0, pair.indexOf('=')).trim() === 'access_token_cookie')
    .map((pair) => pair.slice(pair.indexOf('=') + 1).trim())
    .map((value) => value.replace(/^"(.*)"$/s, '$1'));
  return new Set(values).size === 1 ? values[0] : undefined;
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

it('finds the only value of the cookies with the name, or throws that it is missing', () => {
  fc.assert(
    fc.property(header, (cookie) => {
      // RFC 6265 trims these blanks. Other blanks are part of a value.
      fc.pre(!/[^\S \t]/.test(cookie));
      const value = expected(cookie);
      if (value) expect(find(cookie)).toBe(value);
      else expect(() => find(cookie)).toThrow(MissingTokenException);
    }),
    { numRuns: 3_000 },
  );
});

it('finds no value if the values differ, and one value if they are equal', () => {
  const name = 'access_token_cookie';
  for (const second of ['b', '', '"b"', 'a ; x=1', '"a"']) {
    const isSame = second.replaceAll('"', '').startsWith('a');
    for (const cookie of [`${name}=a; ${name}=${second}`, `${name}=${second}; x=1; ${name}=a`]) {
      if (isSame) expect(find(cookie)).toBe('a');
      else expect(() => find(cookie)).toThrow('Missing cookie "access_token_cookie"');
    }
  }
  expect(() => find(`${name}=a; ${name}=a; ${name}=b`)).toThrow(MissingTokenException);
});

it('reads a name after any other blank as another name, because browsers do not check its prefix', () => {
  for (const blank of ['\u00a0', '\u2003', '\v', '\f', '\ufeff']) {
    expect(() => find(`${blank}access_token_cookie=b`)).toThrow(MissingTokenException);
    expect(find(`${blank}access_token_cookie=b; access_token_cookie=a`)).toBe('a');
  }
});

it('removes the two quotes around a value, but not a single one', () => {
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

it('reads several lines, which a framework passes as a list', () => {
  expect(find(['access_token_cookie=a'])).toBe('a');
  expect(find(['a=1', 'access_token_cookie=a', 'b=2'])).toBe('a');
  expect(() => find(['access_token_cookie=a', 'access_token_cookie=b'])).toThrow(MissingTokenException);
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
