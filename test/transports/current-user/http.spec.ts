import { request as httpRequest } from 'node:http';
import {
  Catch,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Post,
  Query,
  RequestMethod,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { JwtContextService, JwtExtendedException, JwtRequired, Public } from 'nestjs-jwt-extended';
import { from, interval, map, mergeMap, take, type Observable } from 'rxjs';
import { ADAPTERS } from '../../support/adapters.js';
import { shortDelay, userNames, WhoService } from '../../support/current-user.js';
import { forge } from '../../support/forge.js';
import { useJwtApp, withJwtApp } from '../../support/jwt-app.js';

/** What the parts of the application saw, by request. */
const seen: unknown[] = [];

@Injectable()
class SeeingGuard implements CanActivate {
  constructor(private readonly jwt: JwtContextService) {}

  async canActivate(): Promise<boolean> {
    seen.push(['guard', this.jwt.identity]);
    await shortDelay();
    return true;
  }
}

@Injectable()
class SeeingInterceptor implements NestInterceptor {
  constructor(private readonly jwt: JwtContextService) {}

  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    seen.push(['interceptor', this.jwt.identity]);
    return next.handle().pipe(
      map((answer: unknown) => {
        seen.push(['answer', this.jwt.identity]);
        return answer;
      }),
    );
  }
}

@Injectable()
class SeeingPipe implements PipeTransform {
  constructor(private readonly jwt: JwtContextService) {}

  transform(value: unknown): unknown {
    seen.push(['pipe', this.jwt.identity]);
    return value;
  }
}

class Refusal extends Error {}

@Catch(Refusal, JwtExtendedException)
class SeeingFilter implements ExceptionFilter {
  constructor(
    @Inject(JwtContextService) private readonly jwt: JwtContextService,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  catch(_error: unknown, host: ArgumentsHost): void {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { filter: this.jwt.identity }, 418);
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedService {
  readonly atConstruction: unknown;

  constructor(private readonly jwt: JwtContextService) {
    this.atConstruction = this.jwt.peek();
  }

  identity() {
    return this.jwt.identity;
  }
}

@JwtRequired()
@Controller()
class UsersController {
  constructor(
    private readonly service: WhoService,
    private readonly jwt: JwtContextService<{ name: string }>,
  ) {}

  @Get('who')
  async who() {
    return { who: await this.service.who() };
  }

  @Post('who')
  async postWho() {
    return { who: await this.service.who() };
  }

  @Get('all')
  all() {
    const { context, payload, identity, user } = this.jwt;
    return { token: context?.token, sub: payload?.sub, identity, user, same: this.jwt.peek() === context };
  }

  @Get('later')
  later() {
    return interval(5).pipe(
      take(3),
      mergeMap(() => from(this.service.who())),
    );
  }

  @UseGuards(SeeingGuard)
  @UseInterceptors(SeeingInterceptor)
  @UsePipes(SeeingPipe)
  @Get('enhancers')
  enhancers(@Query('q') _query?: string) {
    return {};
  }

  @UseFilters(SeeingFilter)
  @Get('fails')
  fails() {
    throw new Refusal();
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    return { context: this.jwt.context, payload: this.jwt.payload, identity: this.jwt.identity, user: this.jwt.user };
  }

  @Public()
  @Get('open')
  open() {
    return { identity: this.jwt.identity, user: this.jwt.user };
  }
}

@JwtRequired()
@Controller('scoped')
class ScopedController {
  constructor(private readonly service: RequestScopedService) {}

  @Get()
  async identity() {
    await shortDelay();
    return { identity: this.service.identity(), atConstruction: this.service.atConstruction ?? 'undefined' };
  }
}

const setup = {
  options: {
    asyncContext: true,
    userLookup: async ({ sub }: { sub?: string | undefined }) => {
      await shortDelay();
      return { name: `${sub}'s name` };
    },
  },
  controllers: [UsersController, ScopedController],
  providers: [WhoService, RequestScopedService],
};

/** Sends a body in two parts, so that the server reads the second one in an event of its own. */
function postSlowly(url: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const outgoing = httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      response
        .setEncoding('utf8')
        .toArray()
        .then((parts) => resolve(parts.join('')), reject);
    });
    outgoing.on('error', reject);
    outgoing.write('{"a":');
    setTimeout(() => outgoing.end('1}'), 30);
  });
}

describe.each(ADAPTERS)('JwtContextService on %s', (adapter) => {
  const app = useJwtApp(adapter, setup);
  const tokenOf = (sub: string) => forge({ sub });

  it('has the token, the claims, the identity and the user in a provider', async () => {
    const token = forge();
    expect(await app.get('/all', token)).toEqual({
      status: 200,
      body: { token, sub: 'alice', identity: 'alice', user: { name: "alice's name" }, same: true },
    });
  });

  it('holds after awaits, timers and later values of an Observable', async () => {
    expect(await app.get('/who', forge())).toEqual({ status: 200, body: { who: 'alice' } });
    expect(await app.get('/later', forge())).toEqual({ status: 200, body: 'alice' });
  });

  it('never shows one user to another: 200 requests at the same time', async () => {
    const answers = await Promise.all(userNames(200).map((sub) => app.get('/who', tokenOf(sub))));
    expect(answers.map(({ body }) => body)).toEqual(userNames(200).map((who) => ({ who })));
  });

  it('never shows one user to another: bodies that arrive in parts', async () => {
    const names = userNames(50);
    const url = `${await app.nest.getUrl()}/who`;
    const answers = await Promise.all(names.map((sub) => postSlowly(url, tokenOf(sub))));
    expect(answers).toEqual(names.map((who) => JSON.stringify({ who })));
  });

  it('is null for an anonymous request and on an open route', async () => {
    expect((await app.get('/optional')).body).toEqual({ context: null, payload: null, identity: null, user: null });
    expect((await app.get('/open', forge())).body).toEqual({ identity: null, user: null });
  });

  it('is there in guards, interceptors, pipes and filters of the application', async () => {
    seen.length = 0;
    expect(await app.get('/enhancers', forge())).toMatchObject({ status: 200 });
    expect(new Set(seen.map((each) => (each as [string])[0]))).toEqual(
      new Set(['guard', 'interceptor', 'pipe', 'answer']),
    );
    expect(seen.every((each) => (each as [string, unknown])[1] === 'alice')).toBe(true);
    expect(await app.get('/fails', forge())).toEqual({ status: 418, body: { filter: 'alice' } });
  });

  it('is null in a filter, if the request was refused', async () => {
    expect(await app.get('/fails')).toEqual({ status: 418, body: { filter: null } });
    expect(await app.get('/fails', forge({ exp: 1 }))).toEqual({ status: 418, body: { filter: null } });
  });

  it('is there in a request-scoped provider, after its constructor', async () => {
    const answers = await Promise.all(userNames(20).map((sub) => app.get('/scoped', tokenOf(sub))));
    expect(answers.map(({ body }) => body)).toEqual(
      userNames(20).map((identity) => ({ identity, atConstruction: 'undefined' })),
    );
  });

  it('throws outside of a request, and says what to do', () => {
    const jwt = app.resolve(JwtContextService);
    expect(() => jwt.user).toThrow(/outside of a request, message or operation.*run\(context, work\)/s);
    expect(jwt.peek()).toBeUndefined();
  });
});

/** A module with a middleware for all routes. */
function withMiddleware(use: (request: object, response: object, next: () => void) => void) {
  @Module({})
  class MiddlewareModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(use).forRoutes('*path');
    }
  }
  return MiddlewareModule;
}

describe.each(ADAPTERS)('JwtContextService before the guard, on %s', (adapter) => {
  it('throws in a middleware and in userLookup, and says that the guard has not checked the request', async () => {
    const errors: unknown[] = [];
    let jwt: JwtContextService | undefined;
    const tryIdentity = () => {
      try {
        errors.push(jwt?.identity);
      } catch (error) {
        errors.push((error as Error).message);
      }
    };
    const options = {
      asyncContext: true,
      userLookup: () => {
        tryIdentity();
        return {};
      },
    };
    const imports = [
      withMiddleware((_request, _response, next) => {
        tryIdentity();
        next();
      }),
    ];
    await withJwtApp(adapter, { ...setup, options, imports }, async (app) => {
      jwt = app.resolve(JwtContextService);
      expect(await app.get('/who', forge())).toMatchObject({ status: 200 });
    });
    const unchecked = expect.stringContaining(
      'JwtContextService.identity was read before JwtGuard has checked',
    ) as string;
    // Middleware of Fastify runs before its hooks, so it is outside of the request there.
    const inMiddleware =
      adapter === 'express' ? unchecked : (expect.stringContaining('outside of a request') as string);
    expect(errors).toEqual([inMiddleware, unchecked]);
  });

  it('goes on in the right request when a middleware comes back in another one', async () => {
    const waiting: (() => void)[] = [];
    const imports = [
      // A pool of connections calls all that wait in the call of the last one.
      withMiddleware((_request, _response, next) => {
        waiting.push(next);
        if (waiting.length === 5) for (const go of waiting.splice(0)) go();
      }),
    ];
    await withJwtApp(adapter, { ...setup, imports }, async (app) => {
      const names = userNames(5);
      const answers = await Promise.all(names.map((sub) => app.get('/who', forge({ sub }))));
      expect(answers.map(({ body }) => body)).toEqual(names.map((who) => ({ who })));
      seen.length = 0;
      await Promise.all(names.map((sub) => app.get('/enhancers', forge({ sub }))));
      const inGuards = seen.flatMap((each) =>
        (each as [string])[0] === 'guard' ? [(each as [string, string])[1]] : [],
      );
      expect(inGuards.sort()).toEqual(names);
    });
  });

  it('works for every path: a global prefix, one excluded from it, and versions', async () => {
    const prepare = (app: INestApplication) => {
      app.setGlobalPrefix('api', { exclude: [{ path: 'who', method: RequestMethod.GET }] });
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    };
    await withJwtApp(adapter, { ...setup, prepare }, async (app) => {
      expect(await app.get('/v1/who', forge())).toEqual({ status: 200, body: { who: 'alice' } });
      expect((await app.get('/api/v1/all', forge())).body).toMatchObject({ identity: 'alice' });
    });
  });
});

describe('JwtContextService without the option', () => {
  it('throws an error that names the option', async () => {
    await withJwtApp(ADAPTERS[0] ?? 'express', { controllers: [] }, async (app) => {
      const jwt = app.resolve(JwtContextService);
      for (const read of [() => jwt.user, () => jwt.identity, () => jwt.payload, () => jwt.context]) {
        expect(read).toThrow('JwtContextService needs the option asyncContext of JwtExtendedModule');
      }
      expect(() => jwt.run(null, () => 1)).toThrow('asyncContext');
      expect(jwt.peek()).toBeUndefined();
      await Promise.resolve();
    });
  });

  it('refuses another value than a boolean', async () => {
    const options = { asyncContext: 'yes' as never };
    await expect(withJwtApp('express', { options }, async () => Promise.resolve())).rejects.toThrow(/asyncContext/);
  });

  it('says that a user needs userLookup', async () => {
    await withJwtApp(ADAPTERS[0] ?? 'express', { options: { asyncContext: true } }, async (app) => {
      const jwt = app.resolve(JwtContextService);
      const context = {
        token: '',
        header: { alg: 'HS256' },
        payload: { sub: 'a' } as never,
        location: 'headers',
      } as const;
      expect(() => jwt.run(context, () => jwt.user)).toThrow(/userLookup/);
      expect(jwt.run(context, () => jwt.identity)).toBe('a');
      await Promise.resolve();
    });
  });
});
