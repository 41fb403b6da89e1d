import { readFileSync } from 'node:fs';
import type { JwtAlgorithm } from 'nestjs-jwt-extended';
import { prepareVerificationKey } from '../../src/keys/prepare-key.js';
import { thumbprint } from '../../src/keys/public-jwk.js';
import { errorOf, tokenService } from '../support/token-service.js';
import { refusal, type VectorKey } from './verdict.js';

interface Example {
  readonly section: string;
  readonly algorithm: JwtAlgorithm;
  readonly key: VectorKey;
  readonly compact?: string;
  readonly general?: object;
  readonly flattened?: object;
  readonly thumbprint?: string;
}

function examplesOf(rfc: string): Example[] {
  return JSON.parse(readFileSync(new URL(`data/${rfc}.json`, import.meta.url), 'utf8')) as Example[];
}

const [signatures, cookbook, edwards] = ['rfc7515', 'rfc7520', 'rfc8037'].map(examplesOf) as [
  Example[],
  Example[],
  [Example],
];

/** The vectors in compact form with their payload, by RFC. */
const good = [
  ...signatures.filter(({ key }) => key !== null).map((example) => ['RFC 7515', example] as const),
  ...cookbook.filter(({ section }) => section < '4.5').map((example) => ['RFC 7520', example] as const),
  ...edwards.map((example) => ['RFC 8037', example] as const),
];

it('has all vectors', () => {
  expect(good.map(([rfc, { section, algorithm }]) => `${rfc} ${section} ${algorithm}`)).toEqual([
    'RFC 7515 A.1 HS256',
    'RFC 7515 A.2 RS256',
    'RFC 7515 A.3 ES256',
    'RFC 7515 A.4 ES512',
    'RFC 7520 4.1 RS256',
    'RFC 7520 4.2 PS384',
    'RFC 7520 4.3 ES512',
    'RFC 7520 4.4 HS256',
    'RFC 8037 A.4 EdDSA',
  ]);
});

describe.each(good)('%s, %o', (_, { key, algorithm, compact = '' }) => {
  it('is verified', () => {
    expect(refusal({ ...key, alg: algorithm }, compact)).toBeNull();
  });

  it('is refused after any change of one character in its signature', () => {
    const start = compact.lastIndexOf('.') + 1;
    for (const position of [start, start + 20, compact.length - 3]) {
      const character = compact[position] === 'A' ? 'B' : 'A';
      const changed = `${compact.slice(0, position)}${character}${compact.slice(position + 1)}`;
      expect(refusal({ ...key, alg: algorithm }, changed)).toMatch(
        /Signature verification failed|Invalid crypto padding/,
      );
    }
  });
});

it('RFC 7515 A.1 is a token that expired in 2011', async () => {
  const [{ key, compact = '' }] = signatures as [Example];
  const tokens = await tokenService({ secret: key, identityClaim: 'http://example.com/is_root' });
  expect(await errorOf(() => tokens.verify(compact))).toMatchObject({ code: 'JWT_EXPIRED' });
  const { payload } = await tokens.verify(compact, { allowExpired: true });
  expect(payload).toMatchObject({ iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true });
});

it('RFC 7515 A.5 has no signature and is refused', () => {
  const unsecured = signatures.find(({ section }) => section === 'A.5');
  const { key } = signatures[0] as Example;
  expect(refusal({ ...key, alg: 'HS256' }, unsecured?.compact)).toBe('The specified alg value is not allowed');
});

it('RFC 7520 4.5 to 4.8 are refused, because they have a detached payload or the JSON form', () => {
  const others = cookbook.filter(({ section }) => section >= '4.5');
  expect(others.map(({ section }) => section)).toEqual(['4.5', '4.6', '4.7', '4.8']);
  for (const { key, compact, general, flattened } of others) {
    const one = (Array.isArray(key) ? key[2] : key) as VectorKey;
    for (const form of [compact, general, flattened, general && JSON.stringify(general)]) {
      if (form !== undefined) expect(refusal({ ...one, alg: 'HS256' }, form)).not.toBeNull();
    }
  }
});

it('RFC 8037 A.3 has the thumbprint that the library computes', () => {
  const [{ key, thumbprint: expected }] = edwards;
  const prepared = prepareVerificationKey(key, { algorithm: 'EdDSA', allowWeakSecret: false, name: 'the key' });
  expect(thumbprint(prepared)).toBe(expected);
});
