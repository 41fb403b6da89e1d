import type { AccessTokenOptions, JwtExtendedOptions } from 'nestjs-jwt-extended';
import { readToken } from '../../../support/forge.js';
import { errorOf, tokenService } from '../../../support/token-service.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function access(callOptions: AccessTokenOptions = {}, options: JwtExtendedOptions = {}, ...identity: unknown[]) {
  const tokens = await tokenService(options);
  return readToken(await tokens.createAccessToken(identity.length > 0 ? identity[0] : 'alice', callOptions));
}

async function refusal(callOptions: object, options: JwtExtendedOptions = {}, ...identity: unknown[]) {
  const error = await errorOf(() => access(callOptions, options, ...identity));
  expect(error).toBeInstanceOf(TypeError);
  return error?.message;
}

describe('the identity', () => {
  it.each([
    [7, 'number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ id: 7 }, 'object'],
    [true, 'boolean'],
    [10n, 'bigint'],
  ])('%p is refused, and the message contains userIdentity and String(id) as the cure', async (identity, type) => {
    const message = await refusal({}, {}, identity);
    expect(message).toContain(`it is ${type}`);
    expect(message).toContain('userIdentity');
    expect(message).toContain('String(id)');
  });

  it('is checked after userIdentity', async () => {
    expect((await access({}, { userIdentity: (user) => String(user) }, 7)).claims.sub).toBe('7');
    await refusal({}, { userIdentity: (user) => user }, 7);
    await refusal({}, { userIdentity: async () => undefined }, 'alice');
  });

  it('can be any value if sub is not checked, or is not the identity claim', async () => {
    expect((await access({}, { verifySubject: false }, 7)).claims.sub).toBe(7);
    expect((await access({}, { identityClaim: 'id' }, { a: [1] })).claims.id).toEqual({ a: [1] });
    expect((await access({}, { identityClaim: 'id' }, null)).claims.id).toBeNull();
  });
});

describe('the claims of a call', () => {
  const options: JwtExtendedOptions = { additionalClaims: () => ({ from: 'callback', role: 'callback', exp: 5 }) };

  it('override those of additionalClaims, and both override all others', async () => {
    const newClaims = { from: 'call', sub: 'bob', type: 'own', fresh: true, jti: 'id', csrf: 'c', iss: 'me' };
    const { claims } = await access({ claims: newClaims }, options);
    expect(claims).toMatchObject({ ...newClaims, role: 'callback', exp: 5 });
  });

  it('override no other claim if they are undefined', async () => {
    const { claims } = await access(
      { claims: { exp: undefined, sub: undefined, role: undefined, jti: undefined } },
      options,
    );
    expect(claims).toMatchObject({ sub: 'alice', role: 'callback', exp: 5, jti: expect.stringMatching(UUID_V4) });
    const plain = (await access({ claims: { exp: undefined } })).claims;
    expect(plain.exp).toBe((plain.iat as number) + 900);
  });

  it('are NumericDates for dates in time claims', async () => {
    const date = new Date('2100-01-01T00:00:00.900Z');
    const { claims } = await access({ claims: { exp: date, nbf: date, iat: date } });
    const seconds = 4_102_444_800;
    expect(claims).toMatchObject({ exp: seconds, nbf: seconds, iat: seconds });
  });

  it('can have any name', async () => {
    const newClaims = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as object;
    const { claims } = await access({ claims: newClaims });
    expect(Object.hasOwn(claims, '__proto__')).toBe(true);
    expect(claims.constructor).toBe(1);
    expect(claims.admin).toBeUndefined();
  });

  it.each(['text', 7, true, [], ['a']])('must be an object: %p is refused', async (claims) => {
    expect(await refusal({ claims })).toContain('"claims" of a new token must be an object');
    const odd = { additionalClaims: () => claims } as JwtExtendedOptions;
    expect(await refusal({}, odd)).toContain('"additionalClaims" of a new token must be an object');
  });
});

describe('a claim that verifiers read', () => {
  const TEXT = ['', 'x', '2030-01-01'];
  const WRONG: Record<string, unknown[]> = {
    exp: [...TEXT, null, true, [1], {}],
    nbf: [...TEXT, null, false, {}],
    iat: [...TEXT, null, false, {}],
    iss: [1, null, ['a'], {}],
    aud: [1, null, [1], ['a', null], {}],
    sub: [1, null, ['a'], {}],
    jti: [1, null, {}],
    type: [1, null, {}],
    csrf: [1, null, {}],
    fresh: ['yes', null, {}],
  };

  it.each(Object.entries(WRONG))(
    '%s has its type, whether the call or additionalClaims sets it',
    async (claim, values) => {
      for (const value of values) {
        const message = await refusal({ claims: { [claim]: value } });
        expect(message).toContain(`"${claim}"`);
        expect(await refusal({}, { additionalClaims: () => ({ [claim]: value }) })).toBe(message);
      }
      expect(await refusal({ claims: { [claim]: values[0] } })).toContain(
        `The claim "${claim}" of a new token must be `,
      );
    },
  );

  it('exp as null causes a message that explains how to create a token without expiry', async () => {
    expect(await refusal({ claims: { exp: null } })).toContain('pass expires: false; it is null.');
  });

  it('can have any value of its type', async () => {
    const newClaims = {
      exp: 4_102_444_800,
      nbf: 1.5,
      iat: 0,
      iss: 'me',
      aud: ['a'],
      sub: 'b',
      jti: 'c',
      csrf: 'd',
      fresh: 1e10,
    };
    expect((await access({ claims: newClaims })).claims).toMatchObject(newClaims);
    expect((await access({ claims: { aud: 'a', exp: new Date(4e12) } })).claims).toMatchObject({ aud: 'a', exp: 4e9 });
    expect((await access({ claims: { sub: 7 } }, { verifySubject: false })).claims.sub).toBe(7);
  });
});
