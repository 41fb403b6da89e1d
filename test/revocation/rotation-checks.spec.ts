import { jest } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  JwtAuthenticator,
  MemoryRevocationStore,
  TokenService,
  TokenVerificationException,
  type JwtExtendedOptions,
  type JwtRequirement,
  type TokenReference,
} from 'nestjs-jwt-extended';
import { forge, OTHER_SECRET, readToken } from '../support/forge.js';
import { jwtModule } from '../support/jwt-app.js';
import { errorOf } from '../support/token-service.js';

/** The answers of the callbacks in the current test. */
let answers: { verifyToken: unknown; isTokenRevoked: unknown; userLookup: unknown };
let verifyToken: jest.Mock;
beforeEach(() => {
  answers = { verifyToken: true, isTokenRevoked: false, userLookup: { name: 'Alice' } };
  verifyToken = jest.fn();
});

const answerOf = (name: keyof typeof answers): never => {
  const answer = answers[name];
  if (answer instanceof Error) throw answer;
  return answer as never;
};

const OPTIONS: JwtExtendedOptions = {
  verifyToken(...args: unknown[]) {
    verifyToken(...args);
    return answerOf('verifyToken');
  },
  isTokenRevoked: () => answerOf('isTokenRevoked'),
  userLookup: () => answerOf('userLookup'),
};

async function services() {
  const store = new MemoryRevocationStore();
  const imports = [jwtModule({ ...OPTIONS, revocation: { store } })];
  const module = await Test.createTestingModule({ imports }).compile();
  return { store, tokens: module.get(TokenService), authenticator: module.get(JwtAuthenticator) };
}

type Services = Awaited<ReturnType<typeof services>>;

/** The kinds of references. The test creates each while every check passes. */
const KINDS: [string, (token: string, services: Services) => unknown][] = [
  ['a token', (token) => token],
  ['the result of verify()', (token, { tokens }) => tokens.verify(token)],
  ['a payload', async (token, { tokens }) => (await tokens.verify(token)).payload],
  ['a context', (token, { authenticator }) => authenticator.authenticateToken(token, { type: 'any' })],
];

/** The cases in which a check of the guard refuses a refresh token with the scope `offline` and the role `user`. */
const REFUSED: [string, () => void, Pick<JwtRequirement, 'scopes' | 'anyScope' | 'roles'>][] = [
  ['verifyToken is false', () => (answers.verifyToken = false), {}],
  ['verifyToken is undefined', () => (answers.verifyToken = undefined), {}],
  ['verifyToken resolves to false', () => (answers.verifyToken = Promise.resolve(false)), {}],
  ['verifyToken throws', () => (answers.verifyToken = new ForbiddenException('the account is locked')), {}],
  ['verifyToken throws one of ours', () => (answers.verifyToken = new TokenVerificationException('locked')), {}],
  ['isTokenRevoked is true', () => (answers.isTokenRevoked = true), {}],
  ['isTokenRevoked resolves to true', () => (answers.isTokenRevoked = Promise.resolve(true)), {}],
  ['userLookup is null', () => (answers.userLookup = null), {}],
  ['a scope is missing', () => undefined, { scopes: ['offline', 'admin'] }],
  ['all of some scopes are missing', () => undefined, { anyScope: ['admin', 'write'] }],
  ['a role is missing', () => undefined, { roles: 'admin' }],
];

describe.each(KINDS)('The rotation of %s', (_, makeReference) => {
  let own: Services;
  let refreshToken: string;
  let reference: TokenReference;
  beforeEach(async () => {
    own = await services();
    const claims = { scope: 'offline', roles: ['user'] };
    ({ refreshToken } = await own.tokens.createTokenPair('alice', { claims }));
    reference = (await makeReference(refreshToken, own)) as TokenReference;
  });

  it.each(REFUSED)(
    'has the refusal of the guard and does not consume the token if %s',
    async (_what, fail, requirement) => {
      fail();
      const refusal = await errorOf(() =>
        own.authenticator.authenticateToken(refreshToken, { refresh: true, ...requirement }),
      );
      expect(refusal).toBeInstanceOf(Error);
      expect(await errorOf(() => own.tokens.rotate(reference, requirement))).toEqual(refusal);
      answers = { verifyToken: true, isTokenRevoked: false, userLookup: { name: 'Alice' } };
      expect(own.store.lookUp(queryOf(refreshToken))).toMatchObject({
        session: { currentId: readToken(refreshToken).claims.jti },
      });
      await own.tokens.rotate(reference, { scopes: 'offline', anyScope: ['offline', 'x'], roles: ['user', 'admin'] });
    },
  );

  it('is refused if the token has expired', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 31 * 86_400_000);
    try {
      expect(await errorOf(() => own.tokens.rotate(reference))).toMatchObject({ code: 'JWT_EXPIRED' });
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('passes the request to the callbacks', async () => {
    const request = { headers: { host: 'here' } };
    verifyToken.mockClear();
    await own.tokens.rotate(reference, { request });
    expect(verifyToken.mock.calls).toEqual([
      [expect.objectContaining({ sub: 'alice' }), expect.objectContaining({ alg: 'HS256' }), request],
    ]);
  });
});

it.each([
  ['an access token', forge({ type: 'access' })],
  ['a token of a type of its own', forge({ type: 'reset' })],
  ['a forged token', forge({ type: 'refresh' }, { secret: OTHER_SECRET })],
  ['an expired token', forge({ type: 'refresh', exp: 1 })],
  ['no token', 'x.y.z'],
])('The rotation of %s has the refusal of the guard', async (_, token) => {
  const { tokens, authenticator } = await services();
  const refusal = await errorOf(() => authenticator.authenticateToken(token, { refresh: true }));
  expect(refusal).toMatchObject({ code: expect.stringMatching(/^JWT_/) });
  expect(await errorOf(() => tokens.rotate(token))).toEqual(refusal);
});

it('The rotation refuses an expired token that verify() accepted with allowExpired', async () => {
  const { tokens } = await services();
  const expired = await tokens.verify(forge({ type: 'refresh', exp: 1 }), { allowExpired: true });
  expect(await errorOf(() => tokens.rotate(expired))).toMatchObject({ code: 'JWT_EXPIRED' });
});

function queryOf(token: string) {
  const { sid, jti } = readToken(token).claims as { sid: string; jti: string };
  return { subject: sid.slice(0, 22), sid, jti };
}
