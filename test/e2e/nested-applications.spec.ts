import {
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Req,
  Res,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import {
  getJwtContext,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  type JwtExtendedModuleExtras,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { forge, nowInSeconds, OTHER_SECRET, SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { jwtModule } from '../support/jwt-app.js';

type Express = (request: object, response: object) => void;
let behind: Express;

class PassOn {
  @Get('*path')
  passOn(@Req() request: object, @Res() response: object) {
    behind(request, response);
  }
}

@JwtRequired()
@Controller()
class FirstController extends PassOn {}

@UseGuards(JwtGuard)
@Controller()
class GuardedController extends PassOn {}

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<object>();
    if (getJwtContext(request)?.payload.role !== 'admin') throw new ForbiddenException();
    return true;
  }
}

@Controller()
class SecondController {
  @JwtRequired()
  @Get('account')
  account(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: unknown, @Req() request: { user?: unknown }) {
    return { identity, user: request.user };
  }

  @Get('open')
  open(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @UseGuards(AdminGuard)
  @Get('open-by-request')
  openByRequest() {
    return {};
  }

  @Get('renewed')
  renewed() {
    return {};
  }

  @UseGuards(JwtGuard)
  @Get('guarded')
  guarded() {
    return {};
  }
}

type Options = JwtExtendedOptions & JwtExtendedModuleExtras;

async function appOf(controller: Type, options: Options = {}): Promise<INestApplication> {
  const imports = [jwtModule(options)];
  const module = await Test.createTestingModule({ imports, controllers: [controller] }).compile();
  return module.createNestApplication(new ExpressAdapter(), { logger: false });
}

/** One application whose handler passes the request on to another application, with options of its own. */
describe('an application behind another one in the same process', () => {
  let first: INestApplication;
  let second: INestApplication;
  let url: string;

  async function start(secondOptions: Options = {}, firstController: Type = FirstController) {
    first = await appOf(firstController, { tokenLocation: ['headers', 'cookies'] });
    second = await appOf(SecondController, { secret: OTHER_SECRET, ...secondOptions });
    await second.init();
    behind = (second.getHttpAdapter() as ExpressAdapter).getInstance<Express>();
    await first.listen(0, '127.0.0.1');
    url = await first.getUrl();
  }
  afterEach(async () => {
    await second.close();
    await first.close();
  });

  const byHeader = (path: string, token: string) => send('GET', `${url}/${path}`, { token });
  const byBoth = (path: string, header: string, query: string) =>
    send('GET', `${url}/${path}?jwt=${query}`, { token: header });

  it.each([
    ['account', '@JwtRequired()', FirstController, {}],
    ['guarded', '@UseGuards(JwtGuard)', GuardedController, {}],
    ['open', 'requireByDefault', GuardedController, { requireByDefault: true }],
  ])('refuses a token of the outer application: %s, %s', async (path, _how, controller, options) => {
    await start(options, controller);
    expect(await byHeader(path, forge({ role: 'admin' }))).toEqual({
      status: 422,
      body: { msg: 'Signature verification failed' },
    });
  });

  it('accepts a token of its own', async () => {
    await start({ tokenLocation: 'query_string' });
    const own = forge({ sub: 'bob' }, { secret: OTHER_SECRET });
    expect(await byBoth('account', forge(), own)).toEqual({ status: 200, body: { identity: 'bob' } });
    expect(await byBoth('optional', forge(), own)).toMatchObject({ status: 200, body: { identity: 'bob' } });
  });

  it('treats a request without a token of its own as anonymous', async () => {
    await start({ tokenLocation: 'query_string' });
    expect(await byHeader('optional', forge())).toEqual({ status: 200, body: { identity: null, user: null } });
  });

  it('shows the token of the outer application to no handler and no guard', async () => {
    await start();
    expect(await byHeader('open', forge())).toMatchObject({ status: 500 });
    expect(await byHeader('open-by-request', forge({ role: 'admin' }))).toMatchObject({ status: 403 });
  });

  it('renews no token of the outer application', async () => {
    await start({ tokenLocation: 'cookies', csrf: false, implicitRefresh: { within: '10m' } });
    const cookie = `access_token_cookie=${forge({ exp: nowInSeconds() + 60 })}`;
    const answer = await send('GET', `${url}/renewed`, { headers: [['Cookie', cookie]] });
    expect(answer).toEqual({ status: 200, body: {} });
    expect(answer.setCookies).toEqual([]);
  });

  it('checks tokens with its own options, even if both have the same secret', async () => {
    await start({ secret: SECRET, verifyToken: ({ sub }) => sub !== 'alice' });
    expect(await byHeader('account', forge())).toMatchObject({ status: 400 });
    expect(await byHeader('account', forge({ sub: 'bob' }))).toEqual({ status: 200, body: { identity: 'bob' } });
  });
});
