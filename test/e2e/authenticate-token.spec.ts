import {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InsufficientScopeException,
  InvalidTokenException,
  JwtAuthenticator,
  MemoryRevocationStore,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import { forge, OTHER_SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { errorOf } from '../support/token-service.js';

describe('JwtAuthenticator.authenticateToken()', () => {
  const calls: unknown[][] = [];
  const app = useJwtApp('express', {
    options: {
      revocation: { store: new MemoryRevocationStore() },
      verifyToken: ({ banned }: JwtPayload) => banned !== true,
      userLookup: (payload, header, request) => {
        calls.push([payload.sub, header.alg, request]);
        return payload.sub === 'nobody' ? null : { name: payload.sub };
      },
    },
  });
  const authenticator = () => app.resolve(JwtAuthenticator);

  it('returns the context of an access token, with its user', async () => {
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const found = await authenticator().authenticateToken(accessToken);
    expect(found).toMatchObject({ token: accessToken, identity: 'alice', user: { name: 'alice' } });
    expect(found.payload.sub).toBe('alice');
    expect(Object.isFrozen(found)).toBe(true);
  });

  it.each([
    ['an expired token', forge({ exp: 1 }), {}, ExpiredTokenException],
    ['a forged token', forge({}, { secret: OTHER_SECRET }), {}, InvalidTokenException],
    ['no token', '', {}, InvalidTokenException],
    ['a refresh token', forge({ type: 'refresh' }), {}, WrongTokenTypeException],
    ['an access token where a refresh token is required', forge(), { refresh: true }, WrongTokenTypeException],
    ['a stale token', forge(), { fresh: true }, FreshTokenRequiredException],
    ['a token without the scope', forge(), { scopes: 'orders:read' }, InsufficientScopeException],
    ['a token that verifyToken refuses', forge({ banned: true }), {}, TokenVerificationException],
    ['a token without a user', forge({ sub: 'nobody' }), {}, UserLookupException],
  ])('refuses %s', async (_what, token, requirement, exception) => {
    const error = await errorOf(() => authenticator().authenticateToken(token, requirement));
    expect(error).toBeInstanceOf(exception);
  });

  it('refuses a token of an ended session, which verify() accepts', async () => {
    const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
    await app.tokens.revoke(refreshToken);
    expect(await errorOf(() => authenticator().authenticateToken(accessToken))).toBeInstanceOf(RevokedTokenException);
    await app.tokens.verify(accessToken);
  });

  it('compares the double submit value that came with the token', async () => {
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const csrfToken = await app.tokens.getCsrfToken(accessToken);
    await authenticator().authenticateToken(accessToken, {}, { csrfToken });
    const error = await errorOf(() => authenticator().authenticateToken(accessToken, {}, { csrfToken: 'other' }));
    expect(error).toBeInstanceOf(CsrfException);
  });

  it('passes the request to the callbacks, or undefined without a request', async () => {
    const { accessToken } = await app.tokens.createTokenPair('alice');
    const request = { headers: { 'user-agent': 'test' } };
    calls.length = 0;
    await authenticator().authenticateToken(accessToken, {}, { request });
    await authenticator().authenticateToken(accessToken);
    expect(calls).toEqual([
      ['alice', 'HS256', request],
      ['alice', 'HS256', undefined],
    ]);
  });

  it('throws a TypeError for a wrong requirement', async () => {
    const wrong = { scope: 'orders:read' } as object;
    expect(await errorOf(() => authenticator().authenticateToken('x', wrong))).toBeInstanceOf(TypeError);
  });
});
