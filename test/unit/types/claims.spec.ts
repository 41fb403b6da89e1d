import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import {
  LIBRARY_CLAIMS,
  RESERVED_CLAIMS,
  PER_TOKEN_CLAIMS,
  SESSION_CLAIMS,
  TIME_CLAIMS,
} from '../../../src/types/claims.js';
import { readToken, SECRET } from '../../support/forge.js';
import { errorOf, tokenService } from '../../support/token-service.js';

const EVERYTHING = { encodeNotBefore: true, tokenLocation: 'cookies', issuer: 'us', audience: 'them' } as const;

it('the table of claims has every claim that the library sets in addition to the identity', async () => {
  const tokens = await tokenService(EVERYTHING);
  const { claims } = readToken(await tokens.createAccessToken('alice'));
  expect(Object.keys(claims).sort()).toEqual([...LIBRARY_CLAIMS, 'sub'].sort());
});

it('the claim with the attributes of cookies is reserved too', () => {
  expect(RESERVED_CLAIMS).toEqual([...LIBRARY_CLAIMS, 'cookie_attributes']);
});

it('the claims of one token are all claims except issuer and audience', () => {
  expect(LIBRARY_CLAIMS.filter((claim) => !PER_TOKEN_CLAIMS.includes(claim))).toEqual(['iss', 'aud']);
});

it.each(RESERVED_CLAIMS)('the identity and the session cannot be in the claim %s', async (claim) => {
  for (const option of ['identityClaim', 'sessionClaim']) {
    const error = await errorOf(() => tokenService({ [option]: claim }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain(`must not be "${claim}"`);
  }
});

it.each(PER_TOKEN_CLAIMS)('no key can be bound to the claim %s', async (claim) => {
  const tokens = await tokenService({ encodeKey: () => ({ key: SECRET, claims: { [claim]: 'value' } }) });
  expect((await errorOf(() => tokens.createAccessToken('alice')))?.message).toContain(`must not have "${claim}"`);
});

it.each(TIME_CLAIMS)('a Date in the claim %s becomes a NumericDate', async (claim) => {
  const tokens = await tokenService();
  const token = await tokens.createAccessToken('alice', { claims: { [claim]: new Date(1_900_000_000_500) } });
  expect(readToken(token).claims[claim]).toBe(1_900_000_000);
});

it.each([...SESSION_CLAIMS, 'sub', 'sid'])(
  'the application cannot set the claim %s in the token of a session',
  async (claim) => {
    const tokens = await tokenService({ revocation: { store: new MemoryRevocationStore() } });
    const error = await errorOf(() => tokens.createTokenPair('alice', { claims: { [claim]: 'value' } }));
    expect(error).toEqual(
      new TypeError(`The claim "${claim}" of a session's token cannot be set by hand: its session depends on it.`),
    );
  },
);
