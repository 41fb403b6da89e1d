import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { JwtExtendedOptions, TokenService } from 'nestjs-jwt-extended';
import { readToken } from '../../../support/forge.js';
import { errorOf, tokenService } from '../../../support/token-service.js';

class User {
  readonly id = 7;
  readonly passwordHash = 'a-secret';
}

class Entity extends User {
  toJSON() {
    return { id: this.id };
  }
}

/** Like the document of an object-document mapper: its data are private, and `toJSON()` returns them. */
class Document {
  readonly _doc = { passwordHash: 'a-secret' };

  get role(): string {
    return 'admin';
  }
}

class Texts extends Array<string> {}

function withMember(name: string | symbol, descriptor: PropertyDescriptor): object {
  return Object.defineProperty({ role: 'admin' }, name, descriptor);
}

function circle(): object {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  return circular;
}

/** `levels` objects, each in the one before it. */
function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

// Each value, and its path and its description in the message.
const OBJECTS: [string, object, string, string][] = [
  ['an instance of a class', new User(), '', 'is an instance of User'],
  ['an entity with toJSON()', new Entity(), '', 'is an instance of Entity'],
  ['a document', new Document(), '', 'is an instance of Document'],
  ['an instance of a class without a name', new (class {})(), '', 'is an instance of a class'],
  ['an object that inherits from a plain one', Object.create({ role: 'admin' }) as object, '', 'is an instance of'],
  ['a Map', new Map([['role', 'admin']]), '', 'is an instance of Map'],
  ['a Set', new Set(['admin']), '', 'is an instance of Set'],
  ['a Buffer', Buffer.from('admin'), '', 'is an instance of Buffer'],
  ['an Error', new Error('no'), '', 'is an instance of Error'],
  ['a Date', new Date(), '', 'is a Date, which only the claims exp, iat and nbf can be'],
  ['a Date of another realm', runInNewContext('new Date()') as object, '', 'is a Date'],
  ['a boxed string', Object('admin') as object, '', 'is an instance of String'],
  ['a Proxy', new Proxy({ role: 'admin' }, {}), '', 'is a Proxy'],
  ['an object with a Proxy as prototype', Object.create(new Proxy({}, {})) as object, '', 'is an instance of a class'],
  ['an object with a getter', withMember('hash', { get: () => 'x', enumerable: true }), '.hash', 'is an accessor'],
  ['an object with a setter', withMember('hash', { set: () => undefined }), '.hash', 'is an accessor'],
  ['an object with a hidden member', withMember('hash', { value: 'x' }), '.hash', 'is not enumerable'],
  ['an object with a Symbol', { [Symbol('s')]: 1 }, '', 'has a Symbol as a key'],
  ['a plain object with toJSON()', { id: 1, toJSON: () => ({ id: 2 }) }, '.toJSON', 'is function'],
  ['a circle', circle(), '.self', 'contains itself'],
  ['deep nesting', nested(200), '.a.a.a', 'is nested deeper than 128 levels'],
];

const MEMBERS: [string, unknown, string, string][] = [
  ...OBJECTS,
  ['a revoked Proxy', revokedProxy(), '', 'is a Proxy'],
  ['a function', () => 'admin', '', 'is function'],
  ['a class', User, '', 'is function'],
  ['a Symbol', Symbol('admin'), '', 'is symbol'],
  ['a bigint', 10n, '', 'is bigint'],
  ['NaN', NaN, '', 'is NaN'],
  ['Infinity', -Infinity, '', 'is -Infinity'],
  ['undefined in a list', ['a', undefined], '[1]', 'is undefined'],
  ['an empty element of a list', [1, , 3], '', 'is a list with empty elements'], // eslint-disable-line no-sparse-arrays
  ['a long list of empty elements', new Array(4e9), '', 'is a list with empty elements'],
  ['a list with a further member', /a/.exec('a'), '', 'or further members'],
  ['a list with a member for an element', Object.assign([1, , 3], { x: 1 }), '[1]', 'is an empty element'], // eslint-disable-line no-sparse-arrays
  ['a list of a class of its own', Texts.of('a'), '', 'is an instance of Texts'],
  ['a list with a getter', Object.defineProperty([1], 0, { get: () => 1, enumerable: true }), '[0]', 'is an accessor'],
];

/** Every way in which an application puts objects into a token. */
type Way = [name: string, create: (value: object, options?: JwtExtendedOptions) => Promise<string>];
const WAYS: Way[] = [
  ['claims', async (claims) => (await tokenService()).createAccessToken('alice', { claims })],
  ['claims', async (claims) => (await tokenService()).createRefreshToken('alice', { claims })],
  ['claims', async (claims) => (await (await tokenService()).createTokenPair('alice', { claims })).refreshToken],
  ['headers', async (headers) => (await tokenService()).createAccessToken('alice', { headers })],
  ['additionalClaims', (value) => withOptions({ additionalClaims: () => value })],
  ['additionalClaims', (value) => withOptions({ additionalClaims: async () => value })],
  ['additionalHeaders', (value) => withOptions({ additionalHeaders: () => value })],
  ['identity', (value) => withOptions({ identityClaim: 'user' }, value)],
  ['identity', (value) => withOptions({ verifySubject: false }, value)],
  ['identity', (value) => withOptions({ verifySubject: false, userIdentity: async () => value })],
];

async function withOptions(options: JwtExtendedOptions, identity: unknown = 'alice'): Promise<string> {
  return (await tokenService(options)).createAccessToken(identity);
}

describe.each(WAYS)('The %s of a new token', (name, create) => {
  it.each(OBJECTS)('cannot be %s', async (_description, value, at, problem) => {
    await expectRefusal(() => create(value), `"${name}${at}`, problem);
  });

  it.each(MEMBERS)('cannot contain %s', async (_description, value, at, problem) => {
    await expectRefusal(() => create({ user: value }), `"${name}.user${at}`, problem);
    await expectRefusal(() => create({ 'a b': [1, value] }), `"${name}["a b"][1]${at}`, problem);
  });

  async function expectRefusal(work: () => Promise<string>, start: string, problem: string): Promise<void> {
    const error = await errorOf(work);
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message.slice(0, start.length)).toBe(start);
    expect(error?.message).toContain(problem);
    expect(error?.message).toContain('Pass a plain object of JSON values: { … }.');
    expect(error?.message).not.toContain('a-secret');
  }
});

describe('JSON values', () => {
  let tokens: TokenService;
  let byUser: TokenService;
  beforeAll(async () => {
    tokens = await tokenService();
    byUser = await tokenService({ identityClaim: 'user' });
  });

  it('are in the token exactly as the application passed them', async () => {
    // JSON.stringify() writes -0 as 0.
    const values = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    const objects = fc.dictionary(fc.string(), values, { noNullPrototype: false });
    await fc.assert(
      fc.asyncProperty(objects, values, async (value, identity) => {
        // These names have meanings of their own.
        const { alg, crit, b64, kid, typ, sub, ...members } = value;
        const token = await tokens.createAccessToken('alice', { claims: members, headers: members });
        const { header, claims } = readToken(token);
        for (const [name, member] of Object.entries(members)) {
          expect(claims[name]).toEqual(member);
          expect(header[name]).toEqual(member);
        }
        expect(readToken(await byUser.createAccessToken(identity)).claims.user).toEqual(identity);
      }),
      { numRuns: 200 },
    );
  });

  it('can be of another realm, have no prototype, be frozen, shared and __proto__', async () => {
    const shared = { a: 1 };
    const claims = {
      realm: runInNewContext('({ list: [{ a: 1 }] })') as object,
      bare: Object.assign(Object.create(null) as object, { a: 1 }),
      frozen: Object.freeze([Object.freeze({ a: 1 })]),
      shared: [shared, shared],
      proto: JSON.parse('{"__proto__":{"admin":true}}') as object,
    };
    const token = readToken(await tokens.createAccessToken('alice', { claims })).claims;
    expect(token).toMatchObject({
      realm: { list: [{ a: 1 }] },
      bare: { a: 1 },
      frozen: [{ a: 1 }],
      shared: [shared, shared],
    });
    expect(JSON.stringify(token.proto)).toBe('{"__proto__":{"admin":true}}');
  });

  it('can be nested as deep as the verification accepts', async () => {
    const deepest = { claims: nested(128) };
    const token = await tokens.createAccessToken('alice', deepest);
    await expect(tokens.verify(token)).resolves.toMatchObject({ payload: deepest.claims });
    await expect(tokens.createAccessToken('alice', { claims: nested(129) })).rejects.toThrow(TypeError);
    const identity = { identity: nested(127) };
    const user = await byUser.createAccessToken(identity.identity);
    await expect(byUser.verify(user)).resolves.toMatchObject({ payload: { user: identity.identity } });
    await expect(byUser.createAccessToken(nested(128))).rejects.toThrow(TypeError);
  });

  it('that are undefined are omitted from objects at every depth', async () => {
    const token = await tokens.createAccessToken('alice', { claims: { a: undefined, b: { c: undefined, d: 1 } } });
    expect(readToken(token).claims).not.toHaveProperty('a');
    expect(readToken(token).claims.b).toEqual({ d: 1 });
  });

  it('do not change if the application changes its object while a callback runs', async () => {
    const claims = { role: 'user' };
    const userIdentity = async () => {
      claims.role = 'admin';
      return 'alice';
    };
    const token = await (await tokenService({ userIdentity })).createAccessToken('alice', { claims });
    expect(readToken(token).claims.role).toBe('user');
  });

  it('of JSON.rawJSON() are refused, since their text would be in the token', async () => {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => object };
    if (rawJSON === undefined) return;
    await expect(tokens.createAccessToken('alice', { claims: { id: rawJSON('1') } })).rejects.toThrow(TypeError);
  });

  it.each(['exp', 'nbf', 'iat'])('cannot be an invalid Date in the claim %s', async (claim) => {
    const work = () => tokens.createAccessToken('alice', { claims: { [claim]: new Date(NaN) } });
    await expect(work()).rejects.toThrow(`"claims.${claim}" of a new token is an invalid Date`);
  });

  it('cannot be a Date in a header parameter or in a nested claim, whose name is that of a time claim', async () => {
    const exp = new Date();
    await expect(tokens.createAccessToken('alice', { headers: { exp } })).rejects.toThrow('"headers.exp"');
    await expect(tokens.createAccessToken('alice', { claims: { a: { exp } } })).rejects.toThrow('"claims.a.exp"');
  });

  it('are checked after userIdentity, and the message says how to set that option', async () => {
    const work = () => byUser.createAccessToken(new Entity());
    await expect(work()).rejects.toThrow('Or set the option userIdentity: (user) => String(user.id).');
    const mapped = await tokenService({ userIdentity: (user) => String((user as User).id) });
    expect(readToken(await mapped.createAccessToken(new Entity())).claims.sub).toBe('7');
  });
});
