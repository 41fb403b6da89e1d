import { JwtRequired, type JwtRequirement } from 'nestjs-jwt-extended';
import { settleRequirement } from '../../../src/types/requirement.js';

const wrong = (requirement: unknown) => () => JwtRequired(requirement as JwtRequirement);

describe('the options of @JwtRequired()', () => {
  it('have defaults', () => {
    const defaults = {
      optional: false,
      fresh: false,
      refresh: false,
      locations: null,
      verifyType: true,
      skipRevocationCheck: false,
      scopes: [],
      anyScope: [],
      roles: [],
      realm: null,
      allow: null,
    };
    expect(settleRequirement()).toEqual(defaults);
    expect(settleRequirement({})).toEqual(defaults);
    expect(settleRequirement({ fresh: undefined, locations: undefined, verifyType: undefined })).toEqual(defaults);
  });

  it('are used unchanged', () => {
    const flags = { optional: true, fresh: true, refresh: true, verifyType: false, skipRevocationCheck: true };
    const all = { ...flags, scopes: ['a', 'b'], anyScope: ['c'], roles: ['admin'], realm: 'Orders', allow: () => true };
    expect(settleRequirement({ ...all, locations: ['json', 'headers'] })).toEqual({
      ...all,
      allow: expect.any(Function),
      locations: ['json', 'headers'],
    });
  });

  it('are frozen copies of the argument', () => {
    const locations: ('headers' | 'cookies')[] = ['headers'];
    const settled = settleRequirement({ locations });
    locations.push('cookies');
    expect(settled.locations).toEqual(['headers']);
    expect(Object.isFrozen(settled)).toBe(true);
    expect(Object.isFrozen(settled.locations)).toBe(true);
  });

  it('can have one location without a list, and an empty list means the option tokenLocation', () => {
    expect(settleRequirement({ locations: 'cookies' }).locations).toEqual(['cookies']);
    expect(settleRequirement({ locations: [] }).locations).toBeNull();
  });

  it.each([
    ['banana', '"banana"'],
    [['headers', 'banana'], '["headers","banana"]'],
    ['Headers', '"Headers"'],
    ['header', '"header"'],
    [['headers', 1], '["headers",1]'],
    [7, '7'],
    [{}, '{}'],
  ])('cannot have an unknown location, and the definition of the class throws: %j', (locations, shown) => {
    expect(wrong({ locations })).toThrow(TypeError);
    expect(wrong({ locations })).toThrow(
      /@JwtRequired\(\{ locations \}\) must hold headers, cookies, query_string, json/,
    );
    expect(wrong({ locations })).toThrow(shown);
  });

  it.each([true, false, null, 'fresh', 1, [], ['fresh'], () => true])('must be an object, not %p', (requirement) => {
    expect(wrong(requirement)).toThrow(TypeError);
    expect(wrong(requirement)).toThrow(
      '@JwtRequired() takes an object of options, such as { fresh: true }, or nothing.',
    );
  });

  it.each(['freshness', 'Fresh', 'role', 'verify_type', 'constructor', 'toString'])(
    'cannot have an unknown name, and the message has the known ones: %s',
    (name) => {
      expect(wrong({ [name]: true })).toThrow(TypeError);
      expect(wrong({ [name]: true })).toThrow(
        `@JwtRequired() has no option "${name}". Known: optional, fresh, refresh,`,
      );
    },
  );

  it.each(['optional', 'fresh', 'refresh', 'verifyType', 'skipRevocationCheck'])('%s must be a boolean', (name) => {
    for (const value of ['true', 'false', 0, 1, null, {}, []]) {
      expect(wrong({ [name]: value })).toThrow(`@JwtRequired({ ${name} }) must be true or false.`);
    }
  });
});
