import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Options,
  Post,
  Sse,
  UseGuards,
  VersioningType,
  type CanActivate,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  CurrentUser,
  Jwt,
  JwtAuthenticator,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  Public,
} from 'nestjs-jwt-extended';
import { accessLock, describeProtection, jwtTesting, overrideJwt, type BadToken } from 'nestjs-jwt-extended/testing';
import { EMPTY } from 'rxjs';
import { outsideCi } from '../support/outside-ci.js';
import { ADAPTERS } from '../support/adapters.js';
import { jwtModule, TestApp, useJwtApp, withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';

@Controller()
class ProfileController {
  @JwtRequired()
  @Get('profile')
  profile(@JwtIdentity() identity: unknown, @CurrentUser() user: unknown, @Jwt('role') role: unknown) {
    return { identity, user, role };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: unknown, @CurrentUser() user: unknown) {
    return { identity, user };
  }

  @JwtRequired({ fresh: true, scopes: 'notes:write', roles: 'admin' })
  @Post('notes')
  add() {
    return {};
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @Public()
  @Get('open')
  open() {
    return {};
  }
}

const userLookup = ({ sub }: { sub?: string | undefined }) => ({ name: sub });
const withStore = () => ({ revocation: { store: new MemoryRevocationStore() }, rotation: {}, userLookup });
const call = (app: TestApp, route: string, headers: Readonly<Record<string, string>> = {}) => {
  const [method = '', path = ''] = route.split(' ');
  return app.send(method, path, { headers: Object.entries(headers) });
};

describe.each(ADAPTERS)('jwtTesting() on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    controllers: [ProfileController],
    options: { ...withStore(), tokenLocation: ['headers', 'cookies'], cookies: { secure: false } },
  });

  it('logs a user in', async () => {
    const jwt = jwtTesting(app.nest);
    const { headers, token, connectionParams, auth, refresh } = await jwt.as('alice', { claims: { role: 'admin' } });
    expect(await call(app, 'GET /profile', headers)).toMatchObject({
      status: 200,
      body: { identity: 'alice', role: 'admin' },
    });
    expect(headers).toEqual({ authorization: `Bearer ${token}` });
    expect({ connectionParams, auth, refresh }).toEqual({
      connectionParams: { authorization: `Bearer ${token}` },
      auth: { token },
      refresh: null,
    });
  });

  it('makes tokens fresh, with scopes and roles', async () => {
    const jwt = jwtTesting(app.nest);
    const claims = { scope: 'notes:write', roles: ['admin'] };
    const fresh = await jwt.as('alice', { fresh: true, claims });
    expect(await call(app, 'POST /notes', fresh.headers)).toMatchObject({ status: 201 });
    const stale = await jwt.as('alice', { claims });
    expect(await call(app, 'POST /notes', stale.headers)).toMatchObject({ status: 401 });
  });

  it('sends cookies with the double submit value', async () => {
    const claims = { scope: 'notes:write', roles: ['admin'] };
    const { headers, cookies } = await jwtTesting(app.nest).as('alice', { cookies: true, fresh: true, claims });
    expect(Object.keys(headers).sort()).toEqual(['cookie', 'x-csrf-token']);
    expect(Object.keys(cookies)).toEqual(['access_token_cookie', 'csrf_access_token']);
    expect(await call(app, 'POST /notes', headers)).toMatchObject({ status: 201 });
    expect(await call(app, 'POST /notes', { cookie: headers.cookie ?? '' })).toMatchObject({ status: 401 });
  });

  it('opens a session, and joins one', async () => {
    const jwt = jwtTesting(app.nest);
    const { token, refresh } = await jwt.as('alice', { session: true });
    expect(await call(app, 'POST /refresh', refresh?.headers)).toMatchObject({
      status: 201,
      body: { identity: 'alice' },
    });
    const joined = await jwt.as('alice', { session: token });
    const [session] = await app.tokens.listSessions('alice');
    await app.tokens.revokeSession(session?.sid ?? '');
    expect(await call(app, 'GET /profile', joined.headers)).toMatchObject({ status: 401 });
  });

  it.each([
    ['expired', 401, 'Token has expired'],
    ['revoked', 401, 'Token has been revoked'],
    ['forged', 422, 'Signature verification failed'],
  ] as const)('makes a token that is refused: %s', async (kind, status, msg) => {
    const jwt = jwtTesting(app.nest);
    const { headers } = await jwt[kind]();
    expect(await call(app, 'GET /profile', headers)).toMatchObject({ status, body: { msg } });
    const inCookies = await jwt[kind]('alice', { cookies: true });
    expect(await call(app, 'GET /profile', inCookies.headers)).toMatchObject({ status, body: { msg } });
  });
});

describe('jwtTesting()', () => {
  it('uses cookies where tokens are only in cookies, and the names of the options', async () => {
    const options = {
      tokenLocation: 'cookies',
      csrf: false,
      cookies: { access: { name: 'session' } },
      userLookup,
    } as const;
    await withJwtApp('express', { controllers: [ProfileController], options }, async (app) => {
      const { headers } = await jwtTesting(app.nest).as('alice');
      expect(Object.keys(headers)).toEqual(['cookie']);
      expect(await call(app, 'GET /profile', headers)).toMatchObject({ status: 200 });
    });
    const header = { name: 'X-Token', type: '' };
    await withJwtApp('express', { controllers: [ProfileController], options: { header, userLookup } }, async (app) => {
      const { headers, token } = await jwtTesting(app.nest).as('alice');
      expect(headers).toEqual({ 'x-token': token });
      expect(await call(app, 'GET /profile', headers)).toMatchObject({ status: 200 });
    });
  });

  it('refuses to revoke a token without a store', async () => {
    await withJwtApp('express', {}, async (app) => {
      await expect(jwtTesting(app.nest).revoked()).rejects.toThrow('revoked() needs the option revocation: { store }');
    });
  });

  it('counts the leeway for an expired token', async () => {
    await withJwtApp('express', { controllers: [ProfileController], options: { leeway: '30m' } }, async (app) => {
      const { headers } = await jwtTesting(app.nest).expired();
      expect(await call(app, 'GET /profile', headers)).toMatchObject({ status: 401 });
    });
  });
});

describe.each(ADAPTERS)('overrideJwt() on %s', (adapter) => {
  describe('with a user', () => {
    const user = { name: 'Alice' };
    const app = useJwtApp(adapter, {
      controllers: [ProfileController],
      customise: (builder) => overrideJwt(builder, { user, payload: { sub: 'alice', role: 'admin' } }),
    });

    it('makes every request one of this user', async () => {
      const body = { identity: 'alice', user, role: 'admin' };
      expect(await call(app, 'GET /profile')).toEqual({ status: 200, body });
      expect(await call(app, 'GET /optional')).toEqual({ status: 200, body: { identity: 'alice', user } });
      expect(await call(app, 'POST /notes')).toMatchObject({ status: 201 });
      expect(await call(app, 'GET /open')).toMatchObject({ status: 200 });
      expect(await app.resolve(JwtAuthenticator).authenticateToken('any')).toMatchObject({
        payload: { sub: 'alice' },
        user,
      });
    });
  });

  describe('with null', () => {
    const app = useJwtApp(adapter, {
      controllers: [ProfileController],
      options: { requireByDefault: true },
      customise: (builder) => overrideJwt(builder, null),
    });

    it('makes every request anonymous', async () => {
      expect(await call(app, 'GET /optional')).toEqual({ status: 200, body: { identity: null, user: null } });
      const msg = 'Missing JWT: the test set overrideJwt(…, null)';
      expect(await call(app, 'GET /profile')).toEqual({ status: 401, body: { msg } });
      expect(await call(app, 'GET /open')).toMatchObject({ status: 200 });
    });
  });

  describe('of a guard on a route', () => {
    @Controller()
    class BoundController {
      @UseGuards(JwtGuard)
      @Get('bound')
      bound(@JwtIdentity() identity: unknown) {
        return { identity };
      }
    }
    const app = useJwtApp(adapter, {
      options: { globalGuard: false },
      controllers: [BoundController],
      customise: (builder) => overrideJwt(builder, { payload: { sub: 'alice' } }),
    });

    it('replaces it too', async () => {
      expect(await call(app, 'GET /bound')).toEqual({ status: 200, body: { identity: 'alice' } });
    });
  });
});

const SHARED: BadToken[] = ['no token', 'malformed', 'forged', 'unsigned', 'expired', 'revoked', 'wrong type'];

describe.each(ADAPTERS)('describeProtection() on %s', (adapter) => {
  const setup: JwtAppSetup = { controllers: [ProfileController], options: withStore() };

  it('calls every operation that requires a token with each kind of bad token', async () => {
    await withJwtApp(adapter, setup, async (app) => {
      const calls = await describeProtection(app.nest);
      const kindsOf = (address: string) => calls.filter((each) => each.address === address).map(({ token }) => token);
      expect(kindsOf('GET /profile')).toEqual(SHARED);
      expect(kindsOf('GET /optional')).toEqual(SHARED.slice(1));
      expect(kindsOf('POST /notes')).toEqual([...SHARED, 'not fresh', 'without scope', 'without role']);
      expect(kindsOf('POST /refresh')).toEqual(SHARED);
      expect(kindsOf('GET /open')).toEqual([]);
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([401, 403, 422]));
      // The functions of the guard are as before.
      const { headers } = await jwtTesting(app.nest).as('alice');
      expect(await call(app, 'GET /profile', headers)).toMatchObject({ status: 200 });
    });
  });

  it('starts an application that does not listen', async () => {
    const module = await Test.createTestingModule({
      imports: [jwtModule()],
      controllers: [ProfileController],
    }).compile();
    const server = adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
    const created = module.createNestApplication<INestApplication>(server as ExpressAdapter, { logger: false });
    expect((await describeProtection(created)).length).toBeGreaterThan(20);
    await created.close();
  });

  it('finds a guard that was replaced', async () => {
    const letIn: CanActivate = { canActivate: () => true };
    const replaced = {
      ...setup,
      customise: (builder) => builder.overrideProvider(JwtGuard).useValue(letIn),
    } as JwtAppSetup;
    await withJwtApp(adapter, replaced, async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow(
        '- POST /notes (ProfileController.add), no token: the guard was not asked (201)',
      );
    });
  });

  it('finds a guard that ignores some tokens', async () => {
    class LaxGuard extends JwtGuard {
      override canActivate(context: Parameters<JwtGuard['canActivate']>[0]) {
        const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
        return headers.authorization === undefined ? super.canActivate(context) : true;
      }
    }
    const replaced = {
      ...setup,
      customise: (builder) =>
        builder.overrideProvider(JwtGuard).useFactory({ factory: () => new LaxGuard({} as never), inject: [] }),
    } as JwtAppSetup;
    await withJwtApp(adapter, replaced, async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow('expired: the guard was not asked');
    });
  });
});

describe('describeProtection()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'protection-'));
  const lock = join(folder, 'access.txt');
  afterAll(() => rmSync(folder, { recursive: true }));

  function notesOf(onMethod: MethodDecorator): Type {
    @Controller('notes')
    class NotesController {
      @onMethod
      @Post()
      add() {
        return {};
      }

      @JwtRequired()
      @Get()
      list() {
        return [];
      }
    }
    return NotesController;
  }

  it.each([
    ['made public', Public(), 'http request POST /notes (NotesController.add): public'],
    [
      'without its scope',
      JwtRequired(),
      'http request POST /notes (NotesController.add): required, access token, in [headers]',
    ],
  ])('finds a handler %s, with the file of accessLock()', async (_name, decorator, line) => {
    await withJwtApp('express', { controllers: [notesOf(JwtRequired({ scopes: 'notes:write' }))] }, async (app) => {
      outsideCi(() => accessLock(app.nest, lock, { update: true }));
      await expect(describeProtection(app.nest, { lock })).resolves.toHaveLength(13);
    });
    await withJwtApp('express', { controllers: [notesOf(decorator)] }, async (app) => {
      await expect(describeProtection(app.nest, { lock })).rejects.toThrow(`+ ${line}\n`);
    });
  });

  it('calls cookies, query strings and bodies, and leaves out the double submit value', async () => {
    const options = { tokenLocation: ['cookies', 'query_string', 'json'], ...withStore() } as const;
    await withJwtApp('express', { controllers: [notesOf(JwtRequired())], options }, async (app) => {
      const calls = await describeProtection(app.nest);
      const ofPost = calls.filter(({ address }) => address === 'POST /notes').map(({ token }) => token);
      expect(ofPost.filter((token) => token === 'expired')).toHaveLength(3);
      expect(ofPost.at(-1)).toBe('without double submit value');
      expect(calls.filter(({ address }) => address === 'GET /notes').map(({ token }) => token)).not.toContain(
        'without double submit value',
      );
    });
  });

  it('calls versions, hosts, parameters and streams', async () => {
    @JwtRequired()
    @Controller({ path: 'cats', version: '2', host: 'cats.example' })
    class CatsController {
      @Get(':id/*rest')
      one() {
        return {};
      }

      @Sse('events')
      events() {
        return EMPTY;
      }

      @Options('events')
      preflight() {
        return {};
      }
    }
    const prepare: JwtAppSetup['prepare'] = (app) => {
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' });
    };
    await withJwtApp('express', { controllers: [CatsController], prepare }, async (app) => {
      const calls = await describeProtection(app.nest);
      expect([...new Set(calls.map(({ address }) => address))]).toEqual([
        'GET /api/cats/:id/*rest',
        'GET /api/cats/events',
      ]);
    });
  });

  it('says that an identity is needed, and that no operation requires a token', async () => {
    const userIdentity = (user: { id: string }) => user.id;
    await withJwtApp('express', { controllers: [ProfileController], options: { userIdentity } }, async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow(
        'Pass a user of the application as the option identity.',
      );
      expect((await describeProtection(app.nest, { identity: { id: 'alice' } })).length).toBeGreaterThan(20);
    });
    await withJwtApp('express', {}, async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow(
        'No HTTP operation of the application requires a token',
      );
    });
  });
});
