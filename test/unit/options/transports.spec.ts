import type { JwtTransport } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

const complete: JwtTransport = {
  accepts: () => true,
  requestOf: () => ({ headers: {} }),
  keyOf: () => ({}),
};
const resolve = (transports: unknown) => resolveSettings({ secret: SECRET, transports });

describe('the option transports', () => {
  it('accepts objects with the three functions, including instances of a class', () => {
    class Own implements JwtTransport {
      accepts() {
        return true;
      }

      requestOf() {
        return { headers: {} };
      }

      keyOf() {
        return this;
      }
    }
    const transports = [complete, new Own(), { ...complete, lifetimeOf: () => 'call', refuse: undefined }];
    expect(resolve(transports).transports).toEqual(transports);
    expect(resolve(undefined).transports).toEqual([]);
  });

  it.each([
    ['something that is no list', complete, /"transports" must be a list/],
    [
      'something that is no object',
      ['queue'],
      /"transports\[0\]" must be an object with accepts, requestOf, keyOf; it is "queue"/,
    ],
    ['null', [null], /"transports\[0\]" must be an object/],
    [
      'a missing function',
      [complete, { ...complete, keyOf: undefined }],
      /"transports\[1\]\.keyOf" must be a function/,
    ],
    [
      'a function that is none',
      [{ ...complete, refuse: 'no' }],
      /"transports\[0\]\.refuse" must be a function; it is "no"/,
    ],
    ['a class without new', [class {}], /must be an object/],
  ])('refuses %s', (_what, transports, message) => {
    expect(() => resolve(transports)).toThrow(TypeError);
    expect(() => resolve(transports)).toThrow(message);
  });
});
