import { Catch, Controller, Get, HttpException, Post, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { JwtExtendedException, JwtRequired, TokenService } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

const seen: unknown[] = [];

/** An application's own filter for everything, as Nest's documentation has it. */
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
  describe('in a filter of the application for everything', () => {
    const app = useJwtApp(adapter, {
      options: { errorMessageKey: 'error', header: { type: 'JWT' } },
      controllers,
      prepare: (nest) => void nest.useGlobalFilters(new CatchAllFilter(nest.get(HttpAdapterHost))),
    });

    it('carry their final status, body and headers', async () => {
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

    it('carry it from TokenService too', async () => {
      expect(await app.send('POST', '/verify')).toEqual({ status: 401, body: { error: 'Token has expired' } });
      expect(await app.send('POST', '/decode')).toMatchObject({ status: 422, body: { error: expect.any(String) } });
    });
  });

  describe('with globalFilter: false', () => {
    const app = useJwtApp(adapter, { options: { globalFilter: false, errorMessageKey: 'error' }, controllers });

    it('are answered by Nest’s own filter with their status and body', async () => {
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

    it('carry the answer the callback gave, however late', async () => {
      expect(await app.get('/fresh')).toEqual({ status: 403, body: { own: 1 } });
    });
  });
});
