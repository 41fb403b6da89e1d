import { Catch, Controller, Get, HttpException, Post, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { JwtExtendedException, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

const seen: unknown[] = [];

/** The catch-all filter of Nest's documentation. */
@Catch()
class CatchAllFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    const body = exception instanceof HttpException ? exception.getResponse() : { failed: true };
    if (exception instanceof JwtExtendedException) {
      const { code, message, headers, payload, header } = exception;
      seen.push({ code, message, headers, sub: payload?.sub, alg: header?.alg, status, body });
    }
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {}

  @Post('verify')
  verify() {
    return this.tokens.verify(forge({ exp: 1 }));
  }

  @Post('decode')
  decode() {
    return this.tokens.decodeUnverified('a.b.c');
  }
}

const controllers = [RoutesController];

describe.each(ADAPTERS)('the library’s exceptions on %s', (adapter) => {
  describe('in a catch-all filter of the application', () => {
    const app = useJwtApp(adapter, {
      options: { errorMessageKey: 'error', header: { type: 'JWT' } },
      controllers,
      prepare: (nest) => void nest.useGlobalFilters(new CatchAllFilter(nest.get(HttpAdapterHost))),
    });

    it('have their final status, body and headers', async () => {
      const token = forge();
      const headers = [['Authorization', `JWT ${token}`]] as const;
      seen.length = 0;
      const body = { error: 'Fresh token required' };
      expect(await app.send('GET', '/fresh', { headers })).toEqual({ status: 401, body });
      expect(await app.get('/fresh')).toEqual({ status: 401, body: { error: 'Missing Authorization Header' } });
      expect(seen).toEqual([
        {
          code: 'JWT_NOT_FRESH',
          message: 'Fresh token required',
          headers: { 'WWW-Authenticate': 'JWT error="invalid_token", error_description="Fresh token required"' },
          sub: 'alice',
          alg: 'HS256',
          status: 401,
          body,
        },
        {
          code: 'JWT_MISSING',
          message: 'Missing Authorization Header',
          headers: { 'WWW-Authenticate': 'JWT' },
          sub: undefined,
          alg: undefined,
          status: 401,
          body: { error: 'Missing Authorization Header' },
        },
      ]);
    });

    it('have their final answer if TokenService throws them, too', async () => {
      expect(await app.send('POST', '/verify')).toEqual({ status: 401, body: { error: 'Token has expired' } });
      expect(await app.send('POST', '/decode')).toMatchObject({ status: 422, body: { error: expect.any(String) } });
    });
  });

  describe('with globalFilter: false', () => {
    const app = useJwtApp(adapter, { options: { globalFilter: false, errorMessageKey: 'error' }, controllers });

    it('get their status and body from Nest’s own filter', async () => {
      expect(await app.get('/fresh')).toEqual({ status: 401, body: { error: 'Missing Authorization Header' } });
      expect(await app.get('/fresh', forge())).toEqual({ status: 401, body: { error: 'Fresh token required' } });
    });
  });

  describe('with errorResponses', () => {
    const app = useJwtApp(adapter, {
      options: {
        globalFilter: false,
        errorResponses: { unauthorized: async () => ({ status: 403, body: { own: 1 } }) },
      },
      controllers,
      prepare: (nest) => void nest.useGlobalFilters(new CatchAllFilter(nest.get(HttpAdapterHost))),
    });

    it('have the answer of the callback, even if it returns a promise', async () => {
      expect(await app.get('/fresh')).toEqual({ status: 403, body: { own: 1 } });
    });
  });
});
