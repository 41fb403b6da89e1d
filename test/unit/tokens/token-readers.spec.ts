import { ExpiredTokenException, InvalidTokenException, JwtExtendedException } from 'nestjs-jwt-extended';
import { base64url, compact, forge, forgeJson, OTHER_SECRET } from '../../support/forge.js';
import { errorOf, tokenService } from '../../support/token-service.js';

const refusal = async (work: () => unknown): Promise<JwtExtendedException> => {
  const error = await errorOf(work);
  expect(error).toBeInstanceOf(JwtExtendedException);
  return error as JwtExtendedException;
};

describe('TokenService.getJti() and getCsrfToken()', () => {
  it('return the claims of a valid token', async () => {
    const tokens = await tokenService();
    expect(await tokens.getJti(forge({ jti: 'id' }))).toBe('id');
    expect(await tokens.getJti(forge({ jti: undefined }))).toBeNull();
    expect(await tokens.getCsrfToken(forge({ csrf: 'value' }))).toBe('value');
  });

  it('refuse an invalid token', async () => {
    const tokens = await tokenService();
    for (const read of [tokens.getJti.bind(tokens), tokens.getCsrfToken.bind(tokens)]) {
      expect(await refusal(() => read(forge({ csrf: 'c', exp: 1 })))).toBeInstanceOf(ExpiredTokenException);
      expect(await refusal(() => read(forge({ csrf: 'c' }, { secret: OTHER_SECRET })))).toBeInstanceOf(
        InvalidTokenException,
      );
      expect(await refusal(() => read('garbage'))).toBeInstanceOf(InvalidTokenException);
    }
  });

  it('getCsrfToken() refuses a token without a value', async () => {
    const tokens = await tokenService();
    for (const json of ['null', '1', '{}']) {
      const error = await refusal(() => tokens.getCsrfToken(forgeJson('csrf', json)));
      expect(error).toMatchObject({ message: 'Missing claim: csrf', code: 'JWT_INVALID' });
    }
    expect(await refusal(() => tokens.getCsrfToken(forge()))).toMatchObject({ payload: { sub: 'alice' } });
  });
});

describe('TokenService.decodeUnverified()', () => {
  it('reads every token of the right form', async () => {
    const tokens = await tokenService();
    const token = forge({ exp: 1, role: 'admin' }, { secret: OTHER_SECRET, header: { kid: 'k' } });
    const { header, payload } = tokens.decodeUnverified(token);
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k' });
    expect(payload).toMatchObject({ sub: 'alice', exp: 1, role: 'admin' });
    expect(payload).not.toHaveProperty('csrf');
    expect(tokens.decodeUnverified(`${base64url('{"alg":"none"}')}.e30.`)).toEqual({
      header: { alg: 'none' },
      payload: {},
    });
  });

  it('adds no defaults', async () => {
    const tokens = await tokenService();
    expect(tokens.decodeUnverified(compact('{}', '{}'))).toEqual({ header: {}, payload: {} });
  });

  it.each(['', 'text', '[]', '1', '{', 'null'])('has the payload null for %j', async (json) => {
    const tokens = await tokenService();
    expect(tokens.decodeUnverified(compact('{"alg":"HS256"}', json))).toEqual({
      header: { alg: 'HS256' },
      payload: null,
    });
  });

  it.each(['', 'a', 'a.b', 'a.b.c', 'e30.e30.e30=', 'e30.e30=.e30', forge({}, { header: { crit: ['x'] } })])(
    'refuses text in any other form: %j',
    async (token) => {
      const tokens = await tokenService({ errorMessageKey: 'error' });
      const error = await refusal(() => tokens.decodeUnverified(token));
      expect(error).toBeInstanceOf(InvalidTokenException);
      expect(error.getResponse()).toEqual({ error: error.message });
    },
  );

  it('refuses a token that is too long', async () => {
    const tokens = await tokenService({ maxTokenLength: 100 });
    expect(await refusal(() => tokens.decodeUnverified(forge()))).toMatchObject({
      message: 'Token is longer than 100 characters',
    });
  });
});
