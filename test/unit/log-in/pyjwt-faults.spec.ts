import { faultOfForm, faultOfPayload } from '../../../src/log-in/pyjwt-faults.js';
import { pythonJsonFault } from '../../../src/log-in/python-json.js';

// The expected texts were recorded from PyJWT 1.4.2 on Python 3.11.

const HEADER = Buffer.from('{"alg":"HS256"}').toString('base64url');
const RULES = { requiredClaims: ['exp', 'iat', 'nbf'], leeway: 10 };
const withPayload = (payload: Buffer | string) => `${HEADER}.${Buffer.from(payload).toString('base64url')}.c2ln`;
const faultOf = (payload: Buffer | string) => faultOfPayload(withPayload(payload), RULES, 1_000);

const NO_OBJECT = 'must be a json object';

describe('the fault of a JSON text in Python', () => {
  it.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    [' ', 'Expecting value: line 1 column 2 (char 1)'],
    ['x', 'Expecting value: line 1 column 1 (char 0)'],
    ['{', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['{}x', 'Extra data: line 1 column 3 (char 2)'],
    ['{} \n x', 'Extra data: line 2 column 2 (char 5)'],
    ['{"a"', "Expecting ':' delimiter: line 1 column 5 (char 4)"],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['{"a":}', 'Expecting value: line 1 column 6 (char 5)'],
    ['{"a":1', "Expecting ',' delimiter: line 1 column 7 (char 6)"],
    ['{"a":1,}', 'Expecting property name enclosed in double quotes: line 1 column 8 (char 7)'],
    ['{"a":1 "b"}', "Expecting ',' delimiter: line 1 column 8 (char 7)"],
    ['{1:2}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['[', 'Expecting value: line 1 column 2 (char 1)'],
    ['[1', "Expecting ',' delimiter: line 1 column 3 (char 2)"],
    ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
    ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ['"', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"a\\', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"\\x"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['"\\u12', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
    ['"\\u12zz"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
    ['"\n"', 'Invalid control character at: line 1 column 2 (char 1)'],
    ['01', 'Extra data: line 1 column 2 (char 1)'],
    ['-', 'Expecting value: line 1 column 1 (char 0)'],
    ['1.', 'Extra data: line 1 column 2 (char 1)'],
    ['1e', 'Extra data: line 1 column 2 (char 1)'],
    ['nul', 'Expecting value: line 1 column 1 (char 0)'],
    ['NaN', 'must be a json object'],
    ['-Infinity', 'must be a json object'],
    ['\ufeff{}', 'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)'],
    ['"\u00e9\ud83d\ude00" x', 'Extra data: line 1 column 6 (char 5)'],
    ['\n\n  x', 'Expecting value: line 3 column 3 (char 4)'],
    ['{"\u00e9":1} x', 'Extra data: line 1 column 9 (char 8)'],
    ['tru', 'Expecting value: line 1 column 1 (char 0)'],
    ['{,}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['{"a":[1,{"b":}]}', 'Expecting value: line 1 column 14 (char 13)'],
  ])('%j: %s', (text, fault) => {
    expect(faultOf(text)).toBe(`Invalid payload string: ${fault}`);
    expect(pythonJsonFault(text)).toBe(fault === NO_OBJECT ? null : fault);
  });

  it.each([
    ['ff', "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"],
    ['61c3', "'utf-8' codec can't decode byte 0xc3 in position 1: unexpected end of data"],
    ['22c328', "'utf-8' codec can't decode byte 0xc3 in position 1: invalid continuation byte"],
    ['e282', "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"],
    ['e228a1', "'utf-8' codec can't decode byte 0xe2 in position 0: invalid continuation byte"],
    ['eda080', "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte"],
    ['f09f98', "'utf-8' codec can't decode bytes in position 0-2: unexpected end of data"],
    ['f4908080', "'utf-8' codec can't decode byte 0xf4 in position 0: invalid continuation byte"],
    ['c0af', "'utf-8' codec can't decode byte 0xc0 in position 0: invalid start byte"],
    ['e08080', "'utf-8' codec can't decode byte 0xe0 in position 0: invalid continuation byte"],
    ['80', "'utf-8' codec can't decode byte 0x80 in position 0: invalid start byte"],
  ])('the bytes %s: %s', (bytes, fault) => {
    expect(faultOf(Buffer.from(bytes, 'hex'))).toBe(`Invalid payload string: ${fault}`);
  });

  it('says nothing of valid JSON', () => {
    const text = '{"a": [1, -0.5e+3, "\\u00e9\\n", {}, [], null, true, false], "\ud83d\ude00": {"b": ""}}';
    expect(pythonJsonFault(text)).toBeNull();
    expect(JSON.parse(text)).toBeDefined();
  });
});

describe('the fault of a token in PyJWT', () => {
  it.each<[string, string | null]>([
    ['a', 'Not enough segments'],
    ['a.b', 'Not enough segments'],
    ['a.b.c', 'Invalid header padding'],
    ['..', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
    ['....', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
    ['ab.b.c', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
    [`${HEADER}.a.b`, 'Invalid payload padding'],
    [`${HEADER}..a`, 'Invalid crypto padding'],
    [`${HEADER}.e30.a`, 'Invalid crypto padding'],
    [`${HEADER}.e30.x.y`, 'Invalid crypto padding'],
    [`${HEADER}.e+/-_30.ab`, null],
    ['\u00e9.\u00e9.\u00e9', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
    ['e30=.e30=.ab=', null],
    ['=.=.=', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
    [`${HEADER}.!!.ab`, null],
    ['ab==cd.e30.ab', 'Invalid header string: Expecting value: line 1 column 1 (char 0)'],
  ])('the form %j: %s', (token, fault) => {
    expect(faultOfForm(token)).toBe(fault);
  });

  it('is null for claims without a fault', () => {
    const claims = { exp: 2_000, iat: 1_000, nbf: 1_000 };
    for (const valid of [claims, { ...claims, exp: '2_000' }, { ...claims, exp: ' 2000 ' }, { ...claims, nbf: true }]) {
      expect(faultOf(JSON.stringify(valid))).toBeNull();
    }
    expect(faultOf('{"exp": NaN, "iat": 1, "nbf": 1}')).toBeNull();
  });
});
