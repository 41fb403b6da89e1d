import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import {
  ExpiredTokenException,
  InvalidTokenException,
  JwtExtendedModule,
  KeyRing,
  TokenService,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { TokenCodec } from '../../../../src/tokens/token-codec.js';
import { CachePartition } from '../../../../src/tokens/cache/cache-partition.js';
import { TestClock } from '../../../support/clock.js';
import {
  claimsOf,
  forge,
  forgeJson,
  nowInSeconds,
  OTHER_SECRET,
  SECRET,
  signSegments,
} from '../../../support/forge.js';
import { foreignToken, jwks, providerKey, type ProviderKey } from '../../../support/identity-provider.js';
import { json, KeyServer } from '../../../support/key-server.js';
import { errorOf, tokenService } from '../../../support/token-service.js';

let checks: jest.SpiedFunction<TokenCodec['verifySignature']>;

beforeEach(() => {
  checks = jest.spyOn(TokenCodec.prototype, 'verifySignature');
});

afterEach(() => jest.restoreAllMocks());

/** The number of signatures that a piece of work has checked. */
async function countChecks(work: () => Promise<unknown>): Promise<number> {
  const before = checks.mock.calls.length;
  await errorOf(work);
  return checks.mock.calls.length - before;
}

/** The same text in a new string, as in each request. */
function again(token: string): string {
  return Buffer.from(token).toString();
}

const ON: JwtExtendedOptions = {};
const SIZE_ONE: JwtExtendedOptions = { cache: { maxTokens: 1 } };

describe.each<[string, JwtExtendedOptions, number]>([
  ['on', ON, 0],
  ['of size 1', SIZE_ONE, 0],
  ['off', { cache: false }, 1],
])('with the cache %s', (_, options, expected) => {
  it(`a token seen before has ${expected} signatures checked, and returns the same claims`, async () => {
    const tokens = await tokenService(options);
    const token = forge({ nested: { list: [1, { deep: true }] } });
    const first = await tokens.verify(token);
    expect(await countChecks(() => tokens.verify(again(token)))).toBe(expected);
    expect(await tokens.verify(again(token))).toEqual(first);
  });

  it('the verified token is frozen at every level, and does not contain the key', async () => {
    const tokens = await tokenService(options);
    const token = forge({ nested: { list: [1, { deep: true }] } });
    await tokens.verify(token);
    const verified = await tokens.verify(again(token));
    expect(Object.keys(verified)).toEqual(['header', 'payload']);
    const { nested } = verified.payload as unknown as { nested: { list: [number, object] } };
    for (const part of [verified.header, verified.payload, nested, nested.list, nested.list[1]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('a changed token is refused each time, even if its signature is unchanged', async () => {
    const tokens = await tokenService(options);
    const token = forge();
    await tokens.verify(token);
    const [header = '', , signature = ''] = token.split('.');
    const claims = Buffer.from(JSON.stringify(claimsOf({ sub: 'admin' }))).toString('base64url');
    const forged = `${header}.${claims}.${signature}`;
    for (let round = 0; round < 3; round++) {
      expect(await countChecks(() => tokens.verify(again(forged)))).toBe(1);
      expect(await errorOf(() => tokens.verify(forged))).toEqual(
        new InvalidTokenException('Signature verification failed'),
      );
    }
    expect((await tokens.verify(token)).payload.sub).toBe('alice');
  });

  it('a cached token has its double submit value, with and without defaults', async () => {
    const tokens = await tokenService({ ...options, tokenLocation: 'cookies' });
    for (const token of [forge({ csrf: 'value' }), forge({ csrf: 'value', fresh: undefined, jti: undefined })]) {
      await tokens.verify(token);
      expect(await tokens.getCsrfToken(again(token))).toBe('value');
    }
  });

  it('the time is checked on each request', async () => {
    const clock = new TestClock();
    clock.replaceDateNow();
    const tokens = await tokenService({ ...options, leeway: 5 });
    const token = forge({ exp: nowInSeconds() + 60 });
    await tokens.verify(token);
    clock.advance(64);
    await tokens.verify(again(token));
    clock.advance(2);
    expect(await errorOf(() => tokens.verify(again(token)))).toBeInstanceOf(ExpiredTokenException);
    expect((await tokens.verify(again(token), { allowExpired: true })).payload.sub).toBe('alice');
    clock.advance(-600);
    expect(await errorOf(() => tokens.verify(again(token)))).toEqual(
      new InvalidTokenException('The token is not yet valid (iat)'),
    );
  });
});

describe('the cache does not add', () => {
  it.each([
    ['a token of another key', () => forge({}, { secret: OTHER_SECRET })],
    ['a token with a claim that is wrong', () => forge({ sub: 7 })],
    ['a token that does not hold yet', () => forge({ nbf: nowInSeconds() + 600 })],
    ['a token that nests too deep', () => forgeJson('deep', `${'['.repeat(200)}${']'.repeat(200)}`)],
    ['a token with an unknown extension', () => forge({}, { header: { crit: ['b64'] } })],
  ])('%s', async (_, make) => {
    const tokens = await tokenService({ cache: { maxTokens: 32 } });
    const [good, bad] = [forge(), make()];
    const first = await errorOf(() => tokens.verify(bad));
    expect(first).toBeInstanceOf(InvalidTokenException);
    const checked = await countChecks(() => tokens.verify(again(bad)));
    expect(await countChecks(() => tokens.verify(again(bad)))).toBe(checked);
    expect(await errorOf(() => tokens.verify(again(bad)))).toEqual(first);
    await tokens.verify(good);
    expect(await countChecks(() => tokens.verify(again(good)))).toBe(0);
  });
});

describe('an expired token', () => {
  it('is refused with its claims and header, and its signature is checked once', async () => {
    const tokens = await tokenService();
    const token = forge({ exp: 1, role: 'admin' });
    for (const expected of [1, 0]) {
      expect(await countChecks(() => tokens.verify(again(token)))).toBe(expected);
      expect(await errorOf(() => tokens.verify(again(token)))).toMatchObject({
        code: 'JWT_EXPIRED',
        payload: { sub: 'alice', role: 'admin', type: 'access' },
        header: { alg: 'HS256' },
      });
    }
  });

  it('does not replace a valid one', async () => {
    const tokens = await tokenService({ cache: { maxTokens: 32 } });
    const good = Array.from({ length: 30 }, (_, index) => forge({ jti: `good ${index}` }));
    for (const token of good) await tokens.verify(token);
    for (let index = 0; index < 500; index++)
      await errorOf(() => tokens.verify(forge({ exp: 1, jti: `old ${index}` })));
    for (const token of good) expect(await countChecks(() => tokens.verify(again(token)))).toBe(0);
  });
});

describe('the key of a cached token', () => {
  it('must be chosen again on each request', async () => {
    let key = SECRET;
    const tokens = await tokenService({ secret: undefined, encodeKey: () => SECRET, decodeKey: () => key });
    const token = forge();
    await tokens.verify(token);
    expect(await countChecks(() => tokens.verify(again(token)))).toBe(0);
    key = OTHER_SECRET;
    expect(await countChecks(() => tokens.verify(again(token)))).toBe(1);
    expect(await errorOf(() => tokens.verify(again(token)))).toBeInstanceOf(InvalidTokenException);
    key = SECRET;
    expect((await tokens.verify(again(token))).payload.sub).toBe('alice');
  });

  it('can be chosen with a promise', async () => {
    let key: string | null = SECRET;
    const tokens = await tokenService({ decodeKey: async () => key });
    const token = forge();
    await tokens.verify(token);
    expect(await countChecks(() => tokens.verify(again(token)))).toBe(0);
    key = null;
    expect(await errorOf(() => tokens.verify(again(token)))).toEqual(
      new InvalidTokenException('No key for this token'),
    );
  });

  it('does not verify the token after its end', async () => {
    const remaining = { kid: 'kept', algorithm: 'HS256', key: SECRET } as const;
    const removed = { kid: 'gone', algorithm: 'HS256', key: OTHER_SECRET } as const;
    const soon = nowInSeconds() + 60;
    const clock = new TestClock();
    clock.replaceDateNow();
    const tokens = await tokenService({
      secret: undefined,
      keys: [
        { ...remaining, use: 'sign' },
        { ...removed, use: 'verify', notAfter: new Date(soon * 1000) },
      ],
    });
    const token = forge({}, { secret: OTHER_SECRET, header: { kid: 'gone' } });
    await tokens.verify(token);
    expect(await countChecks(() => tokens.verify(again(token)))).toBe(0);
    clock.advance(61);
    expect(await errorOf(() => tokens.verify(again(token)))).toEqual(
      new InvalidTokenException('No key for this token'),
    );
  });
});

it('the cache is empty after the keys have changed', async () => {
  const module = await Test.createTestingModule({
    imports: [JwtExtendedModule.forRoot({ keys: [{ kid: 'one', algorithm: 'HS256', key: SECRET, use: 'sign' }] })],
  }).compile();
  const tokens = module.get(TokenService);
  const token = await tokens.createAccessToken('alice');
  await tokens.verify(token);
  const finds = jest.spyOn(CachePartition.prototype, 'find');
  await tokens.verify(again(token));
  expect(finds.mock.results.map(({ value }) => value)).toEqual([expect.objectContaining({ rawToken: token })]);
  module.get(KeyRing).rotate({ kid: 'two', algorithm: 'HS256', key: OTHER_SECRET });
  finds.mockClear();
  await tokens.verify(again(token));
  expect(finds.mock.results.map(({ value }) => value)).toEqual([undefined, undefined]);
});

it('the cache is empty after an identity provider has withdrawn a key in use', async () => {
  const [remaining, removed] = [providerKey('kept'), providerKey('gone')];
  const server = await new KeyServer().start();
  server.keys = json(jwks(remaining, removed));
  const module = await Test.createTestingModule({
    imports: [
      JwtExtendedModule.forRoot({ jwks: [{ uri: server.keysUrl, issuer: 'idp', audience: false, cooldown: '1ms' }] }),
    ],
  }).compile();
  try {
    const tokens = module.get(TokenService);
    const [token, other] = [remaining, removed].map((key) => foreignToken(key, { iss: 'idp' })) as [string, string];
    for (const seen of [token, other]) await tokens.verify(seen);
    const finds = jest.spyOn(CachePartition.prototype, 'find');
    const isCached = async (text: string) => {
      finds.mockClear();
      await tokens.verify(again(text));
      return finds.mock.results.some(({ value }) => value !== undefined);
    };
    const fetchAgain = async (...keys: ProviderKey[]) => {
      server.keys = json(jwks(...keys));
      await sleep(5);
      await errorOf(() => tokens.verify(foreignToken(providerKey('unknown'), { iss: 'idp' })));
    };
    await fetchAgain(remaining, removed, providerKey('new'));
    expect(await isCached(other)).toBe(true);
    await fetchAgain(remaining);
    expect(await isCached(token)).toBe(false);
    expect(await isCached(token)).toBe(true);
    expect(await errorOf(() => tokens.verify(again(other)))).toEqual(
      new InvalidTokenException('No key for this token'),
    );
  } finally {
    await module.close();
    await server.stop();
  }
});

it('a token with the last characters of another one is compared completely', async () => {
  const tokens = await tokenService();
  const token = forge();
  await tokens.verify(token);
  const [header = '', claims = ''] = token.split('.');
  const other = signSegments(header, claims, { secret: OTHER_SECRET });
  const mixed = `${header}.${claims}.${other.split('.')[2]?.slice(0, 19)}${token.slice(-24)}`;
  expect(await errorOf(() => tokens.verify(mixed))).toEqual(new InvalidTokenException('Signature verification failed'));
});
