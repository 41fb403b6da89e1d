import fc from 'fast-check';
import { MissingTokenException } from 'nestjs-jwt-extended';
import { findToken } from '../../../src/authentication/token-sources.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { settleRequirement } from '../../../src/types/requirement.js';
import { SECRET } from '../../support/forge.js';
import { millisecondsOf } from '../../support/timing.js';

const settings = resolveSettings({ secret: SECRET, tokenLocation: 'json' });
const ANY = settleRequirement();

function find(body: unknown, type: string | undefined = 'application/json'): unknown {
  return findToken({ headers: { 'content-type': type }, body }, ANY, settings).rawToken;
}

const FALSY = new Set(['null', 'false', '0', '-0', '""', '[]', '{}']);

it('finds the value of the key in an object, unless the value is false in Python', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, false, 0, '', [], {}));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value, (rest, token) => {
      const body = { ...rest, access_token: token };
      if (FALSY.has(JSON.stringify(token))) expect(() => find(body)).toThrow(MissingTokenException);
      else expect(find(body)).toBe(token);
    }),
    { numRuns: 1_000 },
  );
});

it('finds no token in any other value', () => {
  const other = fc.oneof(
    fc.anything().filter((value) => !Object.hasOwn(Object(value) as object, 'access_token')),
    fc.array(fc.constant({ access_token: 'x' })),
    fc.string(),
  );
  fc.assert(
    fc.property(other, (body) => {
      expect(() => find(body)).toThrow('Missing "access_token" key in json data.');
    }),
    { numRuns: 1_000 },
  );
});

it('ignores inherited values', () => {
  expect(() => find(Object.create({ access_token: 'x' }))).toThrow(MissingTokenException);
  expect(() => find(JSON.parse('{"__proto__":{"access_token":"x"}}'))).toThrow(MissingTokenException);
});

it.each(['application/json', 'APPLICATION/JSON ; q=1', 'application/vnd.api+json', 'application/a+b+json;x'])(
  'accepts the media type %s',
  (type) => {
    expect(find({ access_token: 'x' }, type)).toBe('x');
  },
);

it('ignores other media types, and reads each in linear time', () => {
  const type = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('text/json', 'application/+json', 'json', ''));
  fc.assert(
    fc.property(type, (text) => {
      fc.pre(!/^\s*application\/(?:[^\s;,]+\+)?json\s*(?:;|$)/i.test(text));
      expect(() => find({ access_token: 'x' }, text)).toThrow('Invalid content-type. Must be application/json.');
    }),
  );
  for (const text of ['application/', 'application/+', '+json', 'a+', ';', ' ', 'application/a+json ']) {
    const header = `application/${text.repeat(Math.ceil(1_000_000 / text.length))}`;
    const took = millisecondsOf(() => expect(() => find({ access_token: 'x' }, header)).not.toThrow(RangeError));
    expect(took).toBeLessThan(2_000);
  }
});
