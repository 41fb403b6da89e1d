import {
  Controller,
  Get,
  Injectable,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import {
  getJwtContext,
  JwtAuthenticator,
  JwtExtendedException,
  JwtIdentity,
  JwtRequired,
  type JwtRequirement,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Injectable()
class OwnGuard implements CanActivate {
  constructor(protected readonly authenticator: JwtAuthenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.authenticator.authenticate(context);
    return true;
  }
}

@Injectable()
class ForgivingGuard extends OwnGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context).catch((error: unknown) => {
      if (!(error instanceof JwtExtendedException)) throw error;
    });
    return true;
  }
}

@Injectable()
class CheckAgain implements NestInterceptor {
  requirement: JwtRequirement = {};

  constructor(private readonly authenticator: JwtAuthenticator) {}

  async intercept(context: ExecutionContext, next: CallHandler) {
    await this.authenticator.authenticate(context, this.requirement);
    return next.handle();
  }
}

@Injectable()
class CheckFresh extends CheckAgain {
  override requirement = { fresh: true };
}

@Injectable()
class CheckElsewhere extends CheckAgain {
  override requirement: JwtRequirement = { optional: true, locations: 'query_string' };
}

@Injectable()
class CheckWrongly extends CheckAgain {
  override requirement = { freshness: true } as JwtRequirement;
}

@Controller()
class AuthenticatedController {
  @UseGuards(OwnGuard)
  @Get('own')
  own(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseGuards(OwnGuard)
  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(CheckFresh)
  @Get('fresh')
  fresh(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(CheckElsewhere)
  @JwtRequired()
  @Get('twice')
  twice(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(CheckElsewhere)
  @Get('elsewhere')
  elsewhere(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseInterceptors(CheckWrongly)
  @Get('wrongly')
  wrongly() {}

  @UseGuards(ForgivingGuard)
  @Get('forgiving')
  forgiving(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

const ALICE = { status: 200, body: { identity: 'alice' } };

describe.each(ADAPTERS)('JwtAuthenticator.authenticate() on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers: [AuthenticatedController] });

  it('requires an access token on a route without a requirement', async () => {
    expect(await app.get('/own')).toMatchObject({ status: 401 });
    expect(await app.get('/own', forge({ type: 'refresh' }))).toMatchObject({ status: 422 });
    expect(await app.get('/own', forge())).toEqual(ALICE);
  });

  it('uses the requirement of the route', async () => {
    expect(await app.get('/optional')).toEqual({ status: 200, body: { identity: null } });
    expect(await app.get('/optional', forge())).toEqual(ALICE);
    expect(await app.get('/optional', 'garbage')).toMatchObject({ status: 422 });
  });

  it('uses the requirement of the call, also in an interceptor', async () => {
    expect(await app.get('/fresh')).toMatchObject({ status: 401, body: { msg: 'Missing Authorization Header' } });
    expect(await app.get('/fresh', forge())).toMatchObject({ status: 401, body: { msg: 'Fresh token required' } });
    expect(await app.get('/fresh', forge({ fresh: true }))).toEqual(ALICE);
  });

  it('a second, optional check without a token does not replace the context of the guard', async () => {
    expect(await app.get('/twice', forge())).toEqual(ALICE);
  });

  it('a second check that finds another token replaces the context', async () => {
    expect(await app.get(`/twice?jwt=${forge({ sub: 'bob' })}`, forge())).toEqual({
      status: 200,
      body: { identity: 'bob' },
    });
  });

  it('sets the context of an anonymous request', async () => {
    expect(await app.get('/elsewhere', forge())).toEqual({ status: 200, body: { identity: null } });
  });

  it('refuses an unknown requirement', async () => {
    expect(await app.get('/wrongly', forge({ fresh: true }))).toMatchObject({ status: 500 });
  });

  it('sets no context when it throws', async () => {
    expect(await app.get('/forgiving', forge({ type: 'refresh' }))).toMatchObject({ status: 500 });
    expect(await app.get('/forgiving', forge())).toEqual(ALICE);
  });

  it('returns the context that it sets', async () => {
    const request = { method: 'GET', headers: { authorization: `Bearer ${forge()}` } };
    const context = {
      getType: () => 'http',
      getClass: () => AuthenticatedController,
      getHandler: () => AuthenticatedController.prototype.own,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext;
    const found = await app.resolve(JwtAuthenticator).authenticate(context);
    expect(found).toMatchObject({ payload: { sub: 'alice' }, location: 'headers' });
    expect(getJwtContext(request)).toBe(found);
  });
});
