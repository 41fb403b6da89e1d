import fc from 'fast-check';
import { InvalidTokenException } from 'nestjs-jwt-extended';
import { parseCompact, parsePayload } from '../../../../src/tokens/verifying/compact.js';
import { base64url, compact, forge } from '../../../support/forge.js';

const HEADER = base64url('{"alg":"HS256"}');
const PAYLOAD = base64url('{"sub":"alice"}');

function parse(token: unknown, maxLength = 100_000) {
  const parsed = parseCompact(token, maxLength);
  return { header: parsed.unverifiedHeader, payload: parsePayload(parsed) };
}

function refusal(token: unknown, maxLength?: number): string {
  try {
    parse(token, maxLength);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidTokenException);
    return (error as Error).message;
  }
  throw new Error(`Taken: ${String(token)}`);
}

const withPayload = (json: string | Uint8Array) => compact('{"alg":"HS256"}', json);
const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

describe('a compact token', () => {
  it('is split into its segments', () => {
    expect(parse(forge({ a: 1 }, { header: { kid: 'k' } }))).toMatchObject({
      header: { alg: 'HS256', typ: 'JWT', kid: 'k' },
      payload: { sub: 'alice', a: 1 },
    });
  });

  it.each([undefined, null, 7, true, {}, [], Buffer.from('a.b.c'), Symbol('a')])('is a string, not %p', (token) => {
    expect(refusal(token)).toBe('Token must be a string');
  });

  it('is refused before it is parsed if it is too long', () => {
    const token = forge();
    expect(() => parse(token, token.length)).not.toThrow();
    expect(refusal(token, token.length - 1)).toBe(`Token is longer than ${token.length - 1} characters`);
    expect(refusal('.'.repeat(50_000_000), 16_384)).toBe('Token is longer than 16384 characters');
  });

  it.each(['', 'a', '.', 'a.b', `${HEADER}.${PAYLOAD}`])('has at least three segments: %j is refused', (token) => {
    expect(refusal(token)).toBe('Not enough segments');
  });

  it.each(['...', 'a.b.c.d', `${HEADER}.${PAYLOAD}.e30.`, `.${HEADER}.${PAYLOAD}.e30`, '.'.repeat(10_000)])(
    'has three segments, not more',
    (token) => {
      expect(refusal(token)).toBe('Too many segments');
    },
  );
});

describe.each([
  ['header', (segment: string) => `${segment}.${PAYLOAD}.e30`],
  ['payload', (segment: string) => `${HEADER}.${segment}.e30`],
  ['crypto', (segment: string) => `${HEADER}.${PAYLOAD}.${segment}`],
])('the %s segment', (part, around) => {
  it.each([
    ['padding', 'e30='],
    ['double padding', 'e30=='],
    ['a plus', 'ab+d'],
    ['a slash', 'ab/d'],
    ['a blank', 'e3 0'],
    ['a blank before', ' e30'],
    ['a line end', 'e30\n'],
    ['a zero byte', 'e30\0'],
    ['a character that is not ASCII', 'e3é0'],
    ['a wide character', 'e30\u{1f600}'],
    ['a lone surrogate', 'e30\ud800'],
    ['a single character after the last group of four', 'e30ab'],
    ['unused bits that are not zero', 'e31'],
    ['other unused bits that are not zero', 'eF'],
    ['percent encoding', 'e3%30'],
  ])('is strict base64url, without %s', (_what, segment) => {
    expect(refusal(around(segment))).toBe(`Invalid ${part} padding`);
  });
});

describe.each([
  ['header', (json: string | Uint8Array) => `${base64url(json)}.${PAYLOAD}.e30`],
  ['payload', withPayload],
])('the %s', (part, around) => {
  it.each([
    ['empty', ''],
    ['broken', '{'],
    ['followed by more', '{}{}'],
    ['with a trailing comma', '{"a":1,}'],
    ['with a comment', '{"a":1/**/}'],
    ['in single quotes', "{'a':1}"],
    ['with NaN', '{"a":NaN}'],
    ['with Infinity', '{"a":-Infinity}'],
    ['with a byte order mark', '\ufeff{"a":1}'],
    ['in UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['in UTF-16 without a mark', Buffer.from('{"a":1}', 'utf16le')],
    ['not in UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['in overlong UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['with a surrogate as UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['cut off within a character', Buffer.from('{"a":"ü"}').subarray(0, 7)],
    ['with a control character in a text', '{"a":"\n"}'],
  ])('is JSON in UTF-8, not %s', (_what, json) => {
    expect(refusal(around(json))).toBe(`Invalid ${part} string: must be JSON in UTF-8`);
  });

  it.each(['[]', '[{"alg":"HS256"}]', '"text"', '1', 'true', 'null'])('is an object, not %s', (json) => {
    expect(refusal(around(json))).toBe(`Invalid ${part} string: must be a json object`);
  });

  it('can nest 128 levels and no more', () => {
    expect(() => parse(around(nested(128)))).not.toThrow();
    expect(refusal(around(nested(129)))).toBe(`Invalid ${part} string: nested deeper than 128`);
    expect(refusal(around(nested(10_000)))).toContain('nested deeper');
    expect(refusal(around(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`))).toContain('nested deeper');
  });

  it('names the cause of the fault in its exception', () => {
    expect.assertions(1);
    try {
      parse(around('{'));
    } catch (error) {
      expect((error as Error).cause).toBeInstanceOf(SyntaxError);
    }
  });

  it('is frozen at every level', () => {
    const parsed = parse(around('{"a":{"b":[{"c":1}]},"__proto__":{"d":{}}}'));
    const found = (part === 'header' ? parsed.header : parsed.payload) as {
      a: { b: object[] };
      __proto__: { d: object };
    };
    for (const object of [found, found.a, found.a.b, found.a.b[0], found.__proto__, found.__proto__.d]) {
      expect(Object.isFrozen(object)).toBe(true);
    }
  });

  it('has the last value of a repeated name', () => {
    const parsed = parse(around('{"a":1,"a":2}'));
    expect(part === 'header' ? parsed.header.a : parsed.payload.a).toBe(2);
  });
});

describe('for every input', () => {
  it('the parser returns a token or throws an InvalidTokenException', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'eyJ0.-_=+/{}[]":,1a ü'), maxLength: 60 });
    const anything = fc.oneof(
      texts,
      fc.string(),
      fc.tuple(texts, texts, texts).map((all) => all.join('.')),
    );
    fc.assert(
      fc.property(anything, (token) => {
        expect(typeof refusal(token)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  it('the parser reads a JSON object like JSON.parse', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (claims) => {
        const json = JSON.stringify(claims);
        expect(parse(withPayload(json)).payload).toEqual(JSON.parse(json));
      }),
    );
  });
});
