import fc from 'fast-check';
import { InvalidTokenException, MissingTokenException, type QueryStringOptions } from 'nestjs-jwt-extended';
import { findToken } from '../../../src/authentication/token-sources.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { settleRequirement } from '../../../src/types/requirement.js';
import { SECRET } from '../../support/forge.js';
import { millisecondsOf } from '../../support/timing.js';

const ANY = settleRequirement();

function finder(queryString: QueryStringOptions = {}) {
  const settings = resolveSettings({ secret: SECRET, tokenLocation: 'query_string', queryString });
  return (url: string | undefined, originalUrl?: string): unknown =>
    findToken({ headers: {}, url, originalUrl }, ANY, settings).rawToken;
}

const find = finder();

const piece = fc.oneof(
  fc.constantFrom('jwt', 'jwt=', 'jwt=a.b.c', 'jwt[]=x', '&', '=', '?', '#', '%', '%zz', '%6a', '+', ';', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const query = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

it.each(['', 'Bearer '])('finds a text or throws one of two exceptions, with the prefix %j', (valuePrefix) => {
  const findWith = finder({ valuePrefix });
  fc.assert(
    fc.property(query, fc.boolean(), (text, isQuery) => {
      try {
        expect(typeof findWith(`/path${isQuery ? '?' : ''}${text}`)).toBe('string');
      } catch (error) {
        expect([MissingTokenException, InvalidTokenException].some((kind) => error instanceof kind)).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
});

it('finds every encoded text, under every name', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(text, text, fc.array(fc.tuple(text, text), { maxLength: 5 }), (name, value, others) => {
      // The options refuse `__proto__`.
      fc.pre(name !== '__proto__' && others.every(([other]) => other !== name));
      const pairs = [...others, [name, value] as const];
      const encoded = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      expect(finder({ name })(`/?${encoded}`)).toBe(value);
    }),
    { numRuns: 500 },
  );
});

it('reads the original address if a router has shortened it', () => {
  expect(find('/rest', '/mounted/rest?jwt=a')).toBe('a');
  expect(find('/rest?jwt=a')).toBe('a');
  expect(() => find(undefined)).toThrow("Missing 'jwt' query paramater");
});

it.each(['jwt=&', 'jwt&', '&', '=', '%', '%zz', '+', '?', 'a=1&', 'jwt[]=x&', '%25', '\u00ff', '#'])(
  'reads a million characters of %j in linear time',
  (text) => {
    for (const around of [(body: string) => `/?${body}`, (body: string) => `/?${body}&jwt=x`, (body: string) => body]) {
      const took = millisecondsOf(() => {
        try {
          find(around(text.repeat(Math.ceil(1_000_000 / text.length))));
        } catch (error) {
          expect(error).toBeInstanceOf(MissingTokenException);
        }
      });
      expect(took).toBeLessThan(2_000);
    }
  },
);
