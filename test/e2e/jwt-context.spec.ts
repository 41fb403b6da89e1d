import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Req,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { getJwtContext, JwtRequired } from 'nestjs-jwt-extended';
import { map, type Observable } from 'rxjs';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (getJwtContext(context)?.payload.role !== 'admin') throw new ForbiddenException();
    return true;
  }
}

@Injectable()
class IdentityInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((body: object) => ({ ...body, by: getJwtContext(context)?.payload.sub ?? null })));
  }
}

@UseInterceptors(IdentityInterceptor)
@Controller()
class ContextController {
  @JwtRequired()
  @UseGuards(AdminGuard)
  @Get('admin')
  admin() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get('context')
  context(@Req() request: { raw?: object }) {
    const found = getJwtContext(request);
    return { ...found, sameAsRaw: getJwtContext(request.raw ?? request) === found, frozen: Object.isFrozen(found) };
  }

  @Get('open')
  open(@Req() request: object) {
    return { context: getJwtContext(request) };
  }
}

describe.each(ADAPTERS)('getJwtContext() on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { userLookup: () => ({ name: 'Alice' }) },
    controllers: [ContextController],
  });

  it('returns the context to a guard of the application, which runs after the global guard', async () => {
    expect(await app.get('/admin')).toMatchObject({ status: 401 });
    expect(await app.get('/admin', forge())).toMatchObject({ status: 403 });
    expect(await app.get('/admin', forge({ role: 'admin' }))).toEqual({ status: 200, body: { by: 'alice' } });
  });

  it('returns token, header, payload, location and user, for the request of the framework and of Node', async () => {
    const token = forge({ role: 'admin' });
    expect(await app.get('/context', token)).toMatchObject({
      status: 200,
      body: {
        token,
        header: { alg: 'HS256', typ: 'JWT' },
        payload: { sub: 'alice', role: 'admin' },
        location: 'headers',
        user: { name: 'Alice' },
        sameAsRaw: true,
        frozen: true,
        by: 'alice',
      },
    });
  });

  it('returns null for an anonymous request and for a route without a check', async () => {
    const body = { sameAsRaw: true, frozen: true, by: null };
    expect(await app.get('/context')).toEqual({ status: 200, body });
    expect(await app.get('/open', forge())).toEqual({ status: 200, body: { context: null, by: null } });
  });

  it('returns the context of its own request only', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const answers = await Promise.all(names.map((sub) => app.get('/context', forge({ sub }))));
    expect(answers.map(({ body }) => (body as { by: string }).by)).toEqual(names);
  });
});
