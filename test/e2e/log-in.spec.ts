import { Injectable, Module, UnauthorizedException, VersioningType, type PipeTransform } from '@nestjs/common';
import { Observable, of } from 'rxjs';
import { ExpiredTokenException, MemoryRevocationStore, type HttpRequest } from 'nestjs-jwt-extended';
import { JwtAuthModule, type JwtAuthOptions, type JwtAuthOptionsFactory } from 'nestjs-jwt-extended/auth';
import { ADAPTERS } from '../support/adapters.js';
import { readToken, SECRET } from '../support/forge.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import {
  accessTokenOf,
  BAD_CREDENTIALS,
  findUser,
  logIn,
  logInModule,
  logInSetup,
  PASSWORD,
  ProtectedController,
  useLogInApp,
  UserEntity,
} from '../support/log-in-app.js';

const alice = { username: 'alice', password: PASSWORD };
const claimsOf = async (answer: ReturnType<typeof logIn>) => readToken(await accessTokenOf(answer)).claims;

describe.each(ADAPTERS)('a log-in on %s', (adapter) => {
  describe('without options', () => {
    const app = useLogInApp(adapter);

    it('answers an access token that protected routes accept', async () => {
      const answer = await logIn(app);
      expect(answer).toEqual({ status: 200, body: { access_token: expect.any(String) } });
      expect(await app.get('/protected', await accessTokenOf(answer))).toEqual({
        status: 200,
        body: { identity: '1' },
      });
    });

    it('creates a fresh access token with the id of the user as identity', async () => {
      expect(await claimsOf(logIn(app))).toMatchObject({ type: 'access', fresh: true, sub: '1' });
    });

    it.each([
      ['zero', '0'],
      ['carol', 's-4'],
    ])('takes each id of a user: %s', async (username, sub) => {
      expect(await claimsOf(logIn(app, { username, password: PASSWORD }))).toMatchObject({ sub });
    });

    it('answers a wrong password and an unknown user alike', async () => {
      const wrong = await logIn(app, { ...alice, password: 'wrong' });
      const unknown = await logIn(app, { ...alice, username: 'nobody' });
      expect([wrong, unknown]).toEqual([BAD_CREDENTIALS, BAD_CREDENTIALS]);
      expect(wrong.header('www-authenticate')).toBe('Bearer');
    });

    it('forbids caches to store the answer, also a refusal', async () => {
      const answers = [await logIn(app), await logIn(app, { ...alice, password: 'wrong' }), await logIn(app, {})];
      expect(answers.map((answer) => answer.header('cache-control'))).toEqual(['no-store', 'no-store', 'no-store']);
    });

    it('ignores further members of the body, which authenticate can read from the request', async () => {
      expect(await logIn(app, { ...alice, remember: true })).toMatchObject({ status: 200 });
    });

    it('has no further routes', async () => {
      const routes = [
        'POST refresh',
        'POST logout',
        'DELETE logout',
        'POST logout-everywhere',
        'GET sessions',
        'GET me',
      ];
      for (const route of routes) {
        const [method = '', path = ''] = route.split(' ');
        expect(await app.send(method, `/auth/${path}`)).toMatchObject({ status: 404 });
      }
      expect(await app.get('/auth')).toMatchObject({ status: 404 });
    });
  });

  it('creates a refresh token too', async () => {
    await withJwtApp(adapter, logInSetup({ refresh: true }), async (app) => {
      const { body } = await logIn(app);
      expect(body).toEqual({ access_token: expect.any(String), refresh_token: expect.any(String) });
      expect(readToken((body as { refresh_token: string }).refresh_token).claims).toMatchObject({
        type: 'refresh',
        sub: '1',
      });
    });
  });

  it('uses another path and other names', async () => {
    const setup = { path: '/api/login/', usernameKey: 'email', passwordKey: 'pass' };
    await withJwtApp(adapter, logInSetup(setup), async (app) => {
      const send = (body: object) => app.send('POST', '/api/login', { body });
      expect(await send({ email: 'alice', pass: PASSWORD })).toMatchObject({ status: 200 });
      expect(await send(alice)).toEqual({
        status: 400,
        body: { msg: 'The JSON body needs the texts "email" and "pass"' },
      });
      expect(await logIn(app)).toMatchObject({ status: 404 });
    });
  });

  describe('the answers of the application', () => {
    it.each([
      [
        'its body',
        {
          response: (tokens: { accessToken: string }, user: UserEntity) => ({
            token: tokens.accessToken,
            user_id: user.id,
          }),
        },
        { token: expect.any(String), user_id: 1 },
      ],
      [
        'the default body and more',
        { response: (tokens: object, { id }: UserEntity) => ({ ...tokens, user_id: id }) },
        { access_token: expect.any(String), user_id: 1 },
      ],
      ['a promise', { response: async () => ({ one: 1 }) }, { one: 1 }],
      ['an Observable', { response: () => of({ one: 1 }) }, { one: 1 }],
    ])('response returns %s', async (_, setup, body) => {
      await withJwtApp(adapter, logInSetup(setup), async (app) => {
        expect(await logIn(app)).toEqual({ status: 200, body });
      });
    });

    it.each([
      ['the user', (_tokens: object, user: UserEntity) => user],
      ['a body with the user', (tokens: object, user: UserEntity) => ({ ...tokens, user })],
      ['a list with the user', (_tokens: object, user: UserEntity) => [{ data: [user] }]],
    ])('response must not return %s', async (_, response) => {
      await withJwtApp(adapter, logInSetup({ response }), async (app) => {
        const answer = await logIn(app);
        expect(answer).toMatchObject({ status: 500 });
        expect(JSON.stringify(answer.body)).not.toContain('hash');
      });
    });

    it.each([
      ['a body', () => ({ reason: 'no' }), { status: 401, body: { reason: 'no' } }],
      ['a response', () => ({ status: 403, body: { reason: 'no' } }), { status: 403, body: { reason: 'no' } }],
      ['another exception', () => new UnauthorizedException({ reason: 'no' }), { status: 401, body: { reason: 'no' } }],
      ['a promise', async () => ({ reason: 'no' }), { status: 401, body: { reason: 'no' } }],
      ['an invalid status', () => ({ status: 99, body: {} }), { status: 500 }],
    ])('error returns %s', async (_, error, expected) => {
      await withJwtApp(adapter, logInSetup({ error }), async (app) => {
        expect(await logIn(app, { ...alice, password: 'wrong' })).toMatchObject(expected);
      });
    });

    it('error gets both refusals, with their codes', async () => {
      const error = (exception: { code: string }) => ({ code: exception.code });
      await withJwtApp(adapter, logInSetup({ error }), async (app) => {
        expect(await logIn(app, { ...alice, password: 'wrong' })).toEqual({
          status: 401,
          body: { code: 'JWT_BAD_CREDENTIALS' },
        });
        expect(await logIn(app, {})).toEqual({ status: 400, body: { code: 'JWT_MALFORMED_CREDENTIALS' } });
      });
    });

    it('errorResponses.badCredentials answers both refusals', async () => {
      const errorResponses = { badCredentials: ({ code }: { code: string }) => ({ status: 418, body: { code } }) };
      await withJwtApp(adapter, logInSetup({}, { errorResponses }), async (app) => {
        expect(await logIn(app, {})).toEqual({ status: 418, body: { code: 'JWT_MALFORMED_CREDENTIALS' } });
      });
    });
  });

  describe('the answer of authenticate', () => {
    const answering = async (answer: unknown, work: (app: TestApp) => Promise<void>) => {
      const authenticate = (() => answer) as JwtAuthOptions<never>['authenticate'];
      await withJwtApp(adapter, { imports: [JwtAuthModule.forRoot({ authenticate })] }, work);
    };

    it.each([null, undefined, false, 0, '', NaN, {}, [], Promise.resolve(null), of(null)])(
      'refuses: %p',
      async (answer) => {
        await answering(answer, async (app) => expect(await logIn(app)).toEqual(BAD_CREDENTIALS));
      },
    );

    it.each([
      ['true', true],
      ['a list', [new UserEntity(1, 'alice')]],
      ['a function', () => new UserEntity(1, 'alice')],
      ['an Error', new Error('no')],
      ['a user without an id', { name: 'alice' }],
      ['a user with an object as id', { id: { key: 1 } }],
      ['an Observable without a value', new Observable((subscriber) => subscriber.complete())],
    ])('never admits: %s', async (_, answer) => {
      await answering(answer, async (app) => expect(await logIn(app)).toMatchObject({ status: 500 }));
    });

    it.each([
      ['a text', 'alice', 'alice'],
      ['a number', 7, '7'],
      ['a promise', Promise.resolve({ id: 3 }), '3'],
      ['an Observable', of({ id: 3 }), '3'],
      ['an instance with an inherited id', new (class extends UserEntity {})(5, 'eve'), '5'],
    ])('admits %s', async (_, answer, sub) => {
      await answering(answer, async (app) => expect(await claimsOf(logIn(app))).toMatchObject({ sub }));
    });

    it.each([
      ['an exception of Nest', new UnauthorizedException({ locked: true }), { status: 401, body: { locked: true } }],
      ['an exception of the library', new ExpiredTokenException(), { status: 401, body: { msg: 'Token has expired' } }],
      ['another error', new Error('database'), { status: 500 }],
    ])('throws %s', async (_, thrown, expected) => {
      const authenticate = () => Promise.reject(thrown);
      await withJwtApp(adapter, { imports: [JwtAuthModule.forRoot({ authenticate })] }, async (app) => {
        expect(await logIn(app)).toMatchObject(expected);
      });
    });

    it('has the request', async () => {
      const seen: unknown[] = [];
      const authenticate = (username: string, password: string, request: HttpRequest) => {
        seen.push(username, password, request.headers['user-agent']);
        return null;
      };
      await withJwtApp(adapter, logInSetup({ authenticate }), async (app) => {
        await app.send('POST', '/auth', { body: alice, headers: [['User-Agent', 'a browser']] });
      });
      expect(seen).toEqual(['alice', PASSWORD, 'a browser']);
    });
  });

  describe('the identity', () => {
    it('comes from userIdentity of the module', async () => {
      const userIdentity = (user: UserEntity) => `user-${user.username}`;
      await withJwtApp(adapter, logInSetup({}, { userIdentity }), async (app) => {
        expect(await claimsOf(logIn(app))).toMatchObject({ sub: 'user-alice' });
      });
    });

    it('comes from the option identity first', async () => {
      const setup = { identity: ({ id }: UserEntity) => `admin-${id}` };
      await withJwtApp(adapter, logInSetup(setup, { userIdentity: () => 'other' }), async (app) => {
        expect(await claimsOf(logIn(app))).toMatchObject({ sub: 'admin-1' });
      });
    });

    it('is a number where the claim can be one', async () => {
      await withJwtApp(adapter, logInSetup({}, { identityClaim: 'identity' }), async (app) => {
        expect(await claimsOf(logIn(app))).toMatchObject({ identity: 1 });
      });
    });

    it('does not hide the user from additionalClaims', async () => {
      const additionalClaims = ({ role }: UserEntity) => ({ role });
      await withJwtApp(adapter, logInSetup({ refresh: true }, { additionalClaims }), async (app) => {
        expect(await claimsOf(logIn(app))).toMatchObject({ sub: '1', role: 'admin' });
      });
    });
  });

  describe('in an application with', () => {
    it('requireByDefault is open', async () => {
      await withJwtApp(adapter, logInSetup({}, { requireByDefault: true }), async (app) => {
        expect(await logIn(app)).toMatchObject({ status: 200 });
      });
    });

    it('a global prefix and versions is like every other controller', async () => {
      const prepare: NonNullable<Parameters<typeof logInSetup>[2]>['prepare'] = (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      };
      await withJwtApp(adapter, logInSetup({}, {}, { prepare }), async (app) => {
        expect(await app.send('POST', '/api/v1/auth', { body: alice })).toMatchObject({ status: 200 });
      });
    });

    it('a global pipe that refuses every body', async () => {
      const refusing: PipeTransform = {
        transform(value: unknown, { type }) {
          if (type === 'body') throw new UnauthorizedException('refused by the pipe');
          return value;
        },
      };
      const prepare = (app: { useGlobalPipes(pipe: PipeTransform): unknown }) => void app.useGlobalPipes(refusing);
      await withJwtApp(adapter, logInSetup({}, {}, { prepare }), async (app) => {
        expect(await logIn(app)).toMatchObject({ status: 200 });
      });
    });

    it('globalGuard: false protects its routes', async () => {
      const options = { globalGuard: false };
      const setup = { options, imports: [logInModule({ routes: { me: true } })] };
      await withJwtApp(adapter, setup, async (app) => {
        expect(await app.get('/auth/me')).toMatchObject({ status: 401 });
        expect(await app.get('/auth/me', await accessTokenOf(logIn(app)))).toEqual({
          status: 200,
          body: { identity: '1' },
        });
      });
    });
  });

  it('exists twice, for two kinds of users', async () => {
    const customers = logInModule({ path: 'auth', routes: { me: true } });
    const admins = logInModule({
      path: 'admin/auth',
      authenticate: (username, password) =>
        username === 'root' && password === PASSWORD ? new UserEntity(9, 'root') : null,
      identity: ({ id }) => `admin-${id}`,
      routes: { me: '/admin/me' },
    });
    await withJwtApp(adapter, { imports: [customers, admins] }, async (app) => {
      const adminLogIn = (username: string) =>
        app.send('POST', '/admin/auth', { body: { username, password: PASSWORD } });
      expect(await claimsOf(logIn(app))).toMatchObject({ sub: '1' });
      expect(await claimsOf(adminLogIn('root'))).toMatchObject({ sub: 'admin-9' });
      expect(await adminLogIn('alice')).toEqual(BAD_CREDENTIALS);
      expect(await logIn(app, { username: 'root', password: PASSWORD })).toEqual(BAD_CREDENTIALS);
      const me = await app.get('/admin/me', await accessTokenOf(adminLogIn('root')));
      expect(me).toEqual({ status: 200, body: { identity: 'admin-9' } });
      expect(await app.get('/admin/auth/me')).toMatchObject({ status: 404 });
    });
  });

  describe('with forRootAsync()', () => {
    @Injectable()
    class UsersService {
      readonly find = findUser;
    }
    @Module({ providers: [UsersService], exports: [UsersService] })
    class UsersModule {}

    it('useFactory takes services, and the path comes from the factory', async () => {
      const module = JwtAuthModule.forRootAsync({
        imports: [UsersModule],
        inject: [UsersService],
        useFactory: async (users: UsersService) => ({
          authenticate: (username: string, password: string) => users.find(username, password),
          path: 'session',
          routes: { me: true },
        }),
      });
      await withJwtApp(adapter, { imports: [module] }, async (app) => {
        const token = await accessTokenOf(app.send('POST', '/session', { body: alice }));
        expect(await app.get('/session/me', token)).toEqual({ status: 200, body: { identity: '1' } });
        expect(await logIn(app)).toMatchObject({ status: 404 });
      });
    });

    it('useClass and useExisting take a class with inherited options', async () => {
      class Options implements JwtAuthOptions<UserEntity> {
        readonly path = 'session';
        authenticate(username: string, password: string) {
          return this.find(username, password);
        }
        private find(username: string, password: string) {
          return findUser(username, password);
        }
      }
      @Injectable()
      class Factory implements JwtAuthOptionsFactory<UserEntity> {
        createJwtAuthOptions() {
          return new Options();
        }
      }
      @Module({ providers: [Factory], exports: [Factory] })
      class FactoryModule {}
      const modules = [
        JwtAuthModule.forRootAsync({ useClass: Factory }),
        JwtAuthModule.forRootAsync({ imports: [FactoryModule], useExisting: Factory }),
      ];
      for (const module of modules) {
        await withJwtApp(adapter, { imports: [module] }, async (app) => {
          expect(await app.send('POST', '/session', { body: alice })).toMatchObject({ status: 200 });
        });
      }
    });

    it('starts again with other options', async () => {
      let routes: JwtAuthOptions['routes'] = { me: true };
      const module = JwtAuthModule.forRootAsync({ useFactory: () => ({ authenticate: findUser, routes }) });
      for (const status of [401, 404]) {
        await withJwtApp(adapter, { imports: [module] }, async (app) => {
          expect(await app.get('/auth/me')).toMatchObject({ status });
        });
        routes = {};
      }
    });
  });

  it('works with a module that is not global', async () => {
    const { JwtExtendedModule } = await import('nestjs-jwt-extended');
    const jwt = JwtExtendedModule.forRoot({ secret: SECRET, isGlobal: false });
    @Module({ imports: [jwt, logInModule({ imports: [jwt] })], controllers: [ProtectedController] })
    class Root {}
    const { startApp } = await import('../support/adapters.js');
    const app = await startApp(adapter, { imports: [Root] });
    const { send } = await import('../support/http-client.js');
    expect(await send('POST', `${app.url}/auth`, { body: alice })).toMatchObject({ status: 200 });
    await app.close();
  });

  it('opens a session with the user agent as its note', async () => {
    const store = new MemoryRevocationStore();
    const notes: [JwtAuthOptions['device'], string | undefined][] = [
      [undefined, 'a browser'],
      [false, undefined],
      [() => 'a note', 'a note'],
    ];
    for (const [device, note] of notes) {
      await withJwtApp(adapter, logInSetup({ refresh: true, device }, { revocation: { store } }), async (app) => {
        await app.send('POST', '/auth', { body: alice, headers: [['User-Agent', 'a browser']] });
        const [session] = await app.tokens.listSessions('1');
        expect(session?.device).toBe(note);
        await app.tokens.revokeAllFor('1');
      });
    }
  });
});
