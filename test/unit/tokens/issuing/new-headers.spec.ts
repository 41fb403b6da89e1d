import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { readToken } from '../../../support/forge.js';
import { errorOf, tokenService } from '../../../support/token-service.js';

async function header(headers: object | undefined, options: JwtExtendedOptions = {}) {
  return readToken(await (await tokenService(options)).createAccessToken('alice', { headers })).header;
}

describe('the header of a new token', () => {
  it('has the parameters of additionalHeaders, and those of the call override them', async () => {
    const options = { additionalHeaders: () => ({ kid: 'callback', x: 1 }) };
    expect(await header(undefined, options)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'callback', x: 1 });
    expect(await header({ kid: 'call', typ: 'at+jwt' }, options)).toEqual({
      alg: 'HS256',
      typ: 'at+jwt',
      kid: 'call',
      x: 1,
    });
  });

  it.each(['', null, undefined, false])('has no typ if it is %p', async (typ) => {
    expect(await header({ typ })).toEqual({ alg: 'HS256' });
  });

  it('has no b64 if it is the default', async () => {
    expect(await header({ b64: true })).toEqual({ alg: 'HS256', typ: 'JWT' });
  });

  it.each([
    [{ alg: 'none' }, '"alg" of a new token cannot be set by hand'],
    [{ alg: 'HS256' }, '"alg" of a new token cannot be set by hand'],
    [{ alg: '' }, '"alg" of a new token cannot be set by hand'],
    [{ alg: undefined }, '"alg" of a new token cannot be set by hand'],
    [{ crit: ['exp'] }, '"crit" of a new token cannot be set by hand'],
    [{ kid: 7 }, '"kid" of a new token must be a string'],
    [{ kid: null }, '"kid" of a new token must be a string'],
    [{ b64: false }, '"b64" (RFC 7797) is not supported'],
    [['a'], 'must be an object; it is a list'],
    ['kid', 'must be an object; it is string'],
  ])('refuses %j', async (headers, message) => {
    const ways: [JwtExtendedOptions, object | undefined][] = [
      [{}, headers as object],
      [{ additionalHeaders: () => headers as object }, undefined],
    ];
    for (const [options, callOptions] of ways) {
      const error = await errorOf(() => header(callOptions, options));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toContain(message);
    }
  });
});
