import { InvalidTokenException } from 'nestjs-jwt-extended';
import { parseCompact } from '../../../../src/tokens/verifying/compact.js';
import { compact } from '../../../support/forge.js';

const parse = (header: string) => parseCompact(compact(header, '{"sub":"alice"}'), 10_000);

function refusal(header: string): string {
  try {
    parse(header);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidTokenException);
    return (error as Error).message;
  }
  throw new Error(`Taken: ${header}`);
}

describe('the header of a token', () => {
  it.each(['1', 'null', 'true', '[]', '{}'])('can have only a string as kid, not %s', (json) => {
    expect(refusal(`{"alg":"HS256","kid":${json}}`)).toBe('Key ID header parameter must be a string');
  });

  it.each([
    ['null', "Invalid 'crit' header: must be a non-empty list"],
    ['"exp"', "Invalid 'crit' header: must be a non-empty list"],
    ['[]', "Invalid 'crit' header: must be a non-empty list"],
    ['{}', "Invalid 'crit' header: must be a non-empty list"],
    ['[1]', "Invalid 'crit' header: values must be strings"],
    ['["exp",null]', "Invalid 'crit' header: values must be strings"],
    ['["exp"]', 'Unsupported critical extension'],
    ['["b64"]', 'Unsupported critical extension'],
    ['["a","b"]', 'Unsupported critical extension'],
  ])('cannot have a critical extension: %s', (json, message) => {
    expect(refusal(`{"alg":"HS256","exp":1,"crit":${json}}`)).toBe(message);
  });

  it.each(['false', '0', 'null', '"true"'])('does not switch base64 off: b64 %s', (json) => {
    expect(refusal(`{"alg":"HS256","b64":${json}}`)).toContain('b64 header parameter (RFC 7797)');
  });

  it('accepts b64 true', () => {
    expect(() => parse('{"alg":"HS256","b64":true}')).not.toThrow();
  });

  it('ignores inherited parameters', () => {
    expect(() => parse('{"__proto__":{"crit":["x"],"kid":1,"b64":false}}')).not.toThrow();
  });
});
