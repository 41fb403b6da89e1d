import { Controller, Get, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import { CacheModule } from '@nestjs/cache-manager';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import { of } from 'rxjs';
import {
  getJwtContext,
  JwtIdentity,
  JwtRequired,
  MissingTokenException,
  type JwtExtendedOptions,
  type TokenExtractor,
} from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ADAPTERS } from '../support/adapters.js';
import { forge, SECRET } from '../support/forge.js';
import { useJwtApp, withJwtApp, type TestApp } from '../support/jwt-app.js';

const fromHeader: TokenExtractor = ({ headers }) => headers['x-token']?.toString() ?? null;
const fromBody: TokenExtractor = ({ body }) => (body as { token?: string } | undefined)?.token;
const fromCookie: TokenExtractor = ({ headers }) =>
  /access_token_cookie=([^;]+)/.exec(headers.cookie?.toString() ?? '')?.[1];

@Controller()
class RoutesController {
  @JwtRequired()
  @HttpCode(200)
  @Post('configured')
  configured(@Req() request: object, @JwtIdentity() identity: unknown) {
    return { location: getJwtContext(request)?.location, identity };
  }

  @JwtRequired({ optional: true })
  @HttpCode(200)
  @Post('optional')
  optional(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ locations: [fromBody, 'headers'] })
  @HttpCode(200)
  @Post('route')
  route(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(JwtCacheInterceptor)
  @JwtRequired({ optional: true })
  @Get('cached')
  cached(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(JwtCacheInterceptor)
  @JwtRequired({ optional: true, locations: fromHeader })
  @Get('cached-route')
  cachedRoute(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

// Extractors of passport-jwt have these types.
const forExpress: TokenExtractor = (request: Request) => request.header('x-token') ?? null;
const forFastify: TokenExtractor = (request: FastifyRequest) => request.headers['x-token']?.toString() ?? null;

const token = forge({ csrf: 'a-value' });
const serving = (options: JwtExtendedOptions) => ({
  options,
  controllers: [RoutesController],
  imports: [CacheModule.register()],
});
const withToken = (value: string): { headers: [string, string][] } => ({ headers: [['X-Token', value]] });

describe.each(ADAPTERS)('a function of tokenLocation on %s', (adapter) => {
  describe('alone', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: fromHeader }));

    it('returns the token, and the location is custom', async () => {
      expect(await app.send('POST', '/configured', withToken(token))).toEqual({
        status: 200,
        body: { location: 'custom', identity: 'alice' },
      });
    });

    it('replaces the header of the options', async () => {
      expect(await app.send('POST', '/configured', { token })).toEqual({
        status: 401,
        body: { msg: 'Missing JWT in custom location' },
      });
    });

    it('without a token is anonymous where the token is optional', async () => {
      expect(await app.send('POST', '/optional')).toEqual({ status: 200, body: { identity: null } });
      expect(await app.send('POST', '/optional', withToken(token))).toMatchObject({ body: { identity: 'alice' } });
    });

    it.each(['', 'garbage', forge({ exp: 1 })])(
      'an invalid token is refused on optional routes too: %#',
      async (bad) => {
        const { status } = await app.send('POST', '/optional', withToken(bad));
        expect([401, 422]).toContain(status);
      },
    );

    it.each(['/cached', '/cached-route'])('its answers name no header that caches could compare: %s', async (path) => {
      for (const headers of [[], withToken(token).headers]) {
        expect((await app.send('GET', path, { headers })).header('Vary')).toBe('*');
      }
    });
  });

  it('can be for the requests of Express or Fastify', async () => {
    const tokenLocation = adapter === 'express' ? forExpress : forFastify;
    await withJwtApp(adapter, serving({ tokenLocation }), async (app) => {
      expect(await app.send('POST', '/configured', withToken(token))).toMatchObject({ status: 200 });
      expect(await app.send('POST', '/configured')).toMatchObject({ status: 401 });
    });
  });

  describe('in a list', () => {
    const app = useJwtApp(adapter, serving({ tokenLocation: ['headers', fromBody, fromHeader] }));
    const bob = forge({ sub: 'bob' });
    const post = (body: object, lines: [string, string][] = []) =>
      app.send('POST', '/configured', { body, headers: lines });

    it('is asked in its turn', async () => {
      const lines: [string, string][] = [
        ['Authorization', `Bearer ${token}`],
        ['X-Token', bob],
      ];
      expect(await post({ token: bob }, lines)).toMatchObject({ body: { location: 'headers', identity: 'alice' } });
      expect(await post({ token: bob })).toMatchObject({ body: { location: 'custom', identity: 'bob' } });
      expect(await post({}, withToken(bob).headers)).toMatchObject({ body: { identity: 'bob' } });
    });

    it('is named in the message about the missing token', async () => {
      expect(await post({})).toEqual({
        status: 401,
        body: {
          msg:
            'Missing JWT in headers, custom or custom (Missing Authorization Header; Missing JWT in custom location; ' +
            'Missing JWT in custom location)',
        },
      });
    });

    it.each([[1], [true], [false], [[token]], [{ then: 'x' }], [{ token }]])(
      'refuses a value of the client that is no text: %j',
      async (value) => {
        expect(await post({ token: value })).toEqual({ status: 422, body: { msg: 'Token must be a string' } });
      },
    );
  });

  describe('in the requirement of a route', () => {
    const app = useJwtApp(adapter, serving({}));

    it('replaces the option', async () => {
      expect(await app.send('POST', '/route', { body: { token } })).toMatchObject({ body: { identity: 'alice' } });
      expect(await app.send('POST', '/route', { token })).toMatchObject({ body: { identity: 'alice' } });
      expect((await app.send('GET', '/cached')).header('Vary')).toBe('Authorization, Cookie');
    });
  });

  it('that reads a cookie gets no check of its double submit value and no new cookie', async () => {
    const options = { tokenLocation: fromCookie, implicitRefresh: { within: '2h' }, accessTokenExpires: '3h' } as const;
    const soon = forge({ csrf: 'a-value', exp: Math.floor(Date.now() / 1000) + 60 });
    await withJwtApp(adapter, serving(options), async (app) => {
      const answer = await app.send('POST', '/configured', { headers: [['Cookie', `access_token_cookie=${soon}`]] });
      expect(answer).toMatchObject({ status: 200, body: { location: 'custom' } });
      expect(answer.setCookies).toEqual([]);
    });
  });

  it.each<[string, TokenExtractor]>([
    ['a promise', () => Promise.resolve(token) as never],
    ['an Observable', () => of(token) as never],
    ['a function', () => (() => token) as never],
  ])('that returns %s is a fault of the application: 500', async (_what, tokenLocation) => {
    await withJwtApp(adapter, serving({ tokenLocation }), async (app) => {
      expect(await app.send('POST', '/configured')).toMatchObject({ status: 500 });
      expect(await app.send('POST', '/optional')).toMatchObject({ status: 500 });
    });
  });

  it('that throws never opens a route', async () => {
    const work = async (app: TestApp) => {
      expect((await app.send('POST', '/configured')).status).toBeGreaterThan(400);
    };
    const broken =
      (error: Error): TokenExtractor =>
      () => {
        throw error;
      };
    await withJwtApp(adapter, serving({ tokenLocation: broken(new Error('broken')) }), work);
    await withJwtApp(adapter, serving({ tokenLocation: broken(new MissingTokenException('none')) }), work);
  });
});

describe('a function of tokenLocation', () => {
  it.each([[async () => token], [class Extractor {}], [['headers', async () => token]]])(
    'that cannot return a token at once is refused at the start: %p',
    (tokenLocation) => {
      expect(() => resolveSettings({ secret: SECRET, tokenLocation })).toThrow(
        /a function \(request\) => token that is not async/,
      );
      expect(() => JwtRequired({ locations: tokenLocation as never })).toThrow(
        /must hold .* and functions only; it is .*a function/s,
      );
    },
  );
});
