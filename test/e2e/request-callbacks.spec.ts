import { Controller, Get, Post } from '@nestjs/common';
import { JwtRequired, TokenService, type HttpRequest, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { claimsOf, forge, OTHER_SECRET, SECRET } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {}

  @JwtRequired({ skipRevocationCheck: true })
  @Get('log-out')
  logOut() {}

  @Post('verify')
  async verify() {
    await this.tokens.verify(forge());
  }
}

const controllers = [RoutesController];
const calls: [callback: string, ...args: unknown[]][] = [];

function noting<T>(callback: string, answer: T) {
  return (...args: unknown[]): T => {
    calls.push([callback, ...args]);
    return answer;
  };
}

const AT_ONCE: JwtExtendedOptions = {
  decodeKey: noting('decodeKey', SECRET),
  isTokenRevoked: noting('isTokenRevoked', false),
  verifyToken: noting('verifyToken', true),
  userLookup: noting('userLookup', 'Alice'),
};
const LATER: JwtExtendedOptions = {
  decodeKey: noting('decodeKey', Promise.resolve(SECRET)),
  isTokenRevoked: noting('isTokenRevoked', Promise.resolve(false)),
  verifyToken: noting('verifyToken', Promise.resolve(true)),
  userLookup: noting('userLookup', Promise.resolve('Alice')),
};

describe.each(ADAPTERS)('the callbacks for a request on %s', (adapter) => {
  describe.each([
    ['at once', AT_ONCE],
    ['later', LATER],
  ])('answering %s', (_when, options) => {
    const app = useJwtApp(adapter, { options, controllers });
    beforeEach(() => {
      calls.length = 0;
    });

    it('run in order, with the token and, as the last argument, the request', async () => {
      const claims = claimsOf({ fresh: undefined });
      expect(await app.get('/required?page=2', forge(claims))).toMatchObject({ status: 200 });
      expect(calls.map(([callback]) => callback)).toEqual(['decodeKey', 'isTokenRevoked', 'verifyToken', 'userLookup']);
      const [decodeKey, ...others] = calls;
      const { fresh: _left, ...unverified } = claims;
      expect(decodeKey?.slice(1, 3)).toEqual([{ alg: 'HS256', typ: 'JWT' }, unverified]);
      for (const [, payload, header] of others) {
        expect(payload).toEqual({ ...unverified, fresh: false });
        expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
      }
      for (const [, ...args] of calls) {
        expect(args).toHaveLength(3);
        expect((args[2] as HttpRequest).url).toBe('/required?page=2');
      }
    });

    it('do not run for an anonymous request', async () => {
      expect(await app.get('/optional')).toMatchObject({ status: 200 });
      expect(calls).toEqual([]);
    });

    it('do not run for an invalid token, except decodeKey', async () => {
      expect(await app.get('/required', forge({}, { secret: OTHER_SECRET }))).toMatchObject({ status: 422 });
      expect(await app.get('/required', forge({ exp: 1 }))).toMatchObject({ status: 401 });
      expect(await app.get('/required', forge({ type: 'refresh' }))).toMatchObject({ status: 422 });
      expect(calls.map(([callback]) => callback)).toEqual(['decodeKey', 'decodeKey', 'decodeKey']);
    });

    it('do not include decodeKey for a value that is no token', async () => {
      expect(await app.get('/required', 'a.b.c')).toMatchObject({ status: 422 });
      expect(calls).toEqual([]);
    });

    it('do not include isTokenRevoked with skipRevocationCheck', async () => {
      expect(await app.get('/log-out', forge())).toMatchObject({ status: 200 });
      expect(calls.map(([callback]) => callback)).toEqual(['decodeKey', 'verifyToken', 'userLookup']);
    });

    it('are only decodeKey, without a request, in TokenService.verify()', async () => {
      expect(await app.send('POST', '/verify')).toMatchObject({ status: 201 });
      expect(calls.map(([callback, , , request]) => [callback, request])).toEqual([['decodeKey', undefined]]);
    });
  });

  it.each([true, 1, 'yes', {}, []])('isTokenRevoked answering %j refuses, now or later', async (revoked) => {
    for (const answer of [revoked, Promise.resolve(revoked)]) {
      const options = { isTokenRevoked: () => answer as boolean };
      await withJwtApp(adapter, { options, controllers }, async (app) => {
        const refused = { status: 401, body: { msg: 'Token has been revoked' } };
        expect(await app.get('/required', forge())).toEqual(refused);
        expect(await app.get('/optional', forge())).toEqual(refused);
      });
    }
  });

  it.each([false, 0, '', null, undefined, NaN])('verifyToken answering %p refuses, now or later', async (accepted) => {
    for (const answer of [accepted, Promise.resolve(accepted)]) {
      await withJwtApp(adapter, { options: { verifyToken: () => answer }, controllers }, async (app) => {
        const refused = { status: 400, body: { msg: 'User claims verification failed' } };
        expect(await app.get('/required', forge())).toEqual(refused);
        expect(await app.get('/optional', forge())).toEqual(refused);
      });
    }
  });

  it.each([null, undefined])('decodeKey answering %p has no key for the token', async (key) => {
    for (const answer of [key, Promise.resolve(key)]) {
      await withJwtApp(adapter, { options: { decodeKey: () => answer }, controllers }, async (app) => {
        expect(await app.get('/required', forge())).toMatchObject({ status: 422 });
        expect(await app.get('/optional', forge())).toMatchObject({ status: 422 });
      });
    }
  });
});
