import { jest } from '@jest/globals';
import { createHook } from 'node:async_hooks';
import { Controller, Get, Post } from '@nestjs/common';
import { type } from 'arktype';
import {
  CurrentUser,
  defineJwt,
  getJwtContext,
  Jwt,
  JwtAuthenticator,
  JwtGuard,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  RevokedTokenException,
  setJwtContext,
  TokenService,
  TokenVerificationException,
  type JwtExtendedOptions,
  type StandardSchema,
} from 'nestjs-jwt-extended';
import * as v from 'valibot';
import { z } from 'zod';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { TestApp, useJwtApp, withJwtApp } from '../support/jwt-app.js';
import { SocketApp } from '../support/sockets.js';
import { errorOf, tokenService } from '../support/token-service.js';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

/** The same schema in three libraries: the role is one of two, and the level becomes a number. All other claims are left out. */
const SCHEMAS = {
  zod: z.object({ role: z.enum(['admin', 'reader']), level: z.string().transform(Number) }),
  valibot: v.object({ role: v.picklist(['admin', 'reader']), level: v.pipe(v.string(), v.transform(Number)) }),
  arktype: type({ role: "'admin' | 'reader'", level: type('string').pipe(Number), '+': 'delete' }),
  'zod, asynchronous': z
    .object({ role: z.enum(['admin', 'reader']), level: z.string().transform(Number) })
    .refine(() => Promise.resolve(true)),
} satisfies Record<string, StandardSchema>;

const CLAIMS = { role: 'admin', level: '3' };
const OUTPUT = { role: 'admin', level: 3 };
const REJECTED = { msg: 'User claims verification failed' };

@Controller()
class ClaimsController {
  constructor(private readonly tokens: TokenService<object>) {}

  @JwtRequired()
  @Get('claims')
  claims(@Jwt() payload: object, @Jwt('level') level: number, @JwtIdentity() identity: string) {
    return { payload, level, identity };
  }

  @JwtRequired()
  @Get('user')
  user(@CurrentUser() user: object) {
    return user;
  }

  @JwtRequired({ scopes: 'read' })
  @Get('scopes')
  scopes(@Jwt() payload: object) {
    return payload;
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@Jwt() payload: never) {
    return this.tokens.rotate(payload);
  }

  @JwtRequired()
  @Post('logout')
  async logOut(@Jwt() payload: never) {
    await this.tokens.revoke(payload);
    return {};
  }
}

describe.each(ADAPTERS)('the option claims on %s', (adapter) => {
  describe.each(Object.entries(SCHEMAS))('with a schema of %s', (_library, claims) => {
    const app = useJwtApp(adapter, {
      options: { claims, revocation: { store: new MemoryRevocationStore() }, additionalClaims: () => CLAIMS },
      controllers: [ClaimsController],
    });

    it('gives @Jwt() what the schema returns, also for a cached token', async () => {
      const token = forge(CLAIMS);
      for (let request = 0; request < 4; request++) {
        const { status, body } = await app.get('/claims', token);
        expect({ status, body }).toEqual({ status: 200, body: { payload: OUTPUT, level: 3, identity: 'alice' } });
      }
    });

    it.each([
      ['another role', { ...CLAIMS, role: 'root' }],
      ['a claim that is missing', { role: 'admin' }],
      ['a claim of another type', { ...CLAIMS, level: 3 }],
    ])('refuses %s with 400', async (_what, wrong) => {
      const token = forge(wrong);
      for (let request = 0; request < 3; request++) {
        const { status, body } = await app.get('/claims', token);
        expect({ status, body }).toEqual({ status: 400, body: REJECTED });
      }
    });

    it('leaves the checks of the library the signed claims: scopes, sessions, rotation and revocation', async () => {
      expect((await app.get('/scopes', forge({ ...CLAIMS, scope: 'read' }))).body).toEqual(OUTPUT);
      const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
      const next = await app.send('POST', '/refresh', { token: refreshToken });
      expect(next.status).toBe(201);
      const { accessToken: newer } = next.body as { accessToken: string };
      expect((await app.get('/claims', newer)).status).toBe(200);
      expect((await app.send('POST', '/logout', { token: accessToken })).status).toBe(201);
      expect((await app.get('/claims', accessToken)).body).toEqual({ msg: 'Token has been revoked' });
      expect((await app.get('/claims', newer)).status).toBe(200);
    });
  });
});

/** Calls the guard for `GET /claims`. */
function guardCall(app: TestApp, token: string): unknown {
  const request = { method: 'GET', url: '/claims', headers: { authorization: `Bearer ${token}` } };
  const context = {
    getType: () => 'http',
    getHandler: () => ClaimsController.prototype.claims,
    getClass: () => ClaimsController,
    getArgs: () => [request, {}],
    getArgByIndex: (index: number) => [request, {}][index],
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}) }),
  };
  return app.resolve(JwtGuard).canActivate(context as never);
}

/** A schema that counts its calls. */
function counted<Output>(make: (payload: Record<string, unknown>) => Output) {
  const validate = jest.fn((value: unknown) => ({ value: make(value as Record<string, unknown>) }));
  const schema: StandardSchema<unknown, Output> = { '~standard': { version: 1, vendor: 'test', validate } };
  return { schema, validate };
}

describe('what a synchronous schema returns', () => {
  it('is stored with the cached token, and the guard makes no promise', async () => {
    const { schema, validate } = counted(({ role }) => ({ role }));
    await withJwtApp(
      'express',
      { options: { claims: schema, cache: {} }, controllers: [ClaimsController] },
      async (app) => {
        const token = forge(CLAIMS);
        let promises = 0;
        const hook = createHook({ init: (_, kind) => void (promises += Number(kind === 'PROMISE')) }).enable();
        const answers = [1, 2, 3, 4, 5].map(() => guardCall(app, token));
        hook.disable();
        expect([answers, promises]).toEqual([[true, true, true, true, true], 0]);
        // Once for the token that is verified, and once for the one in the cache.
        expect(validate).toHaveBeenCalledTimes(2);
      },
    );
  });

  it.each([
    ['a Date', () => ({ at: new Date() })],
    ['an instance of a class', () => new (class Claims {})()],
    ['an accessor', () => ({ get at() { return new Date(); } })], // prettier-ignore
  ])('is made for each request if it contains %s, which a request could change', async (_what, make) => {
    const { schema, validate } = counted(make);
    await withJwtApp(
      'express',
      { options: { claims: schema, cache: {} }, controllers: [ClaimsController] },
      async (app) => {
        const token = forge(CLAIMS);
        for (let call = 0; call < 5; call++) expect(guardCall(app, token)).toBe(true);
        expect(validate).toHaveBeenCalledTimes(5);
      },
    );
  });

  it('is frozen, with the objects in it', async () => {
    const { schema } = counted(() => ({ address: { city: 'Bern' }, list: [{}] }));
    await withJwtApp('express', { options: { claims: schema } }, async (app) => {
      const { payload } = await app.resolve(JwtAuthenticator).authenticateToken(forge());
      const { address, list } = payload as unknown as { address: object; list: object[] };
      expect([payload, address, list, list[0]].every((part) => Object.isFrozen(part))).toBe(true);
    });
  });

  it('is a reference to its own token, also if the schema returns one object for all tokens', async () => {
    const one = { of: 'all' };
    const { schema } = counted(() => one);
    const options = { claims: schema, revocation: { store: new MemoryRevocationStore() } };
    await withJwtApp('express', { options, controllers: [ClaimsController] }, async (app) => {
      const tokens = await Promise.all(['alice', 'bob'].map((name) => app.tokens.createAccessToken(name)));
      const authenticator = app.resolve(JwtAuthenticator);
      const contexts = await Promise.all(tokens.map((token) => authenticator.authenticateToken(token)));
      await app.tokens.revoke(contexts[0]?.payload as never);
      expect(await errorOf(() => authenticator.authenticateToken(tokens[0] as string))).toBeInstanceOf(
        RevokedTokenException,
      );
      await authenticator.authenticateToken(tokens[1] as string);
    });
  });

  it.each([
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
  ])('must be an object, and not %s', async (_what, value) => {
    const { schema } = counted(() => value);
    await withJwtApp('express', { options: { claims: schema } }, async (app) => {
      const error = await errorOf(() => app.resolve(JwtAuthenticator).authenticateToken(forge()));
      expect(error).toEqual(new TypeError('The schema of the option claims must return an object.'));
    });
  });
});

describe('the exception for other claims', () => {
  const app = useJwtApp('express', { options: { claims: SCHEMAS.zod } });
  const refused = () => errorOf(() => app.resolve(JwtAuthenticator).authenticateToken(forge({ role: 'secret-role' })));

  it('has the signed claims, and a cause with the paths of the claims', async () => {
    const error = await refused();
    expect(error).toBeInstanceOf(TokenVerificationException);
    expect(error).toMatchObject({ code: 'JWT_CLAIMS_REJECTED', payload: { sub: 'alice' } });
    expect((error?.cause as Error).message).toBe(
      'The claims do not match the schema of the option claims: role, level',
    );
  });

  it('has the issues of the schema, and does not print them, because they can have values of claims', async () => {
    const cause = (await refused())?.cause as Error & { issues: { message: string }[] };
    expect(cause.issues).toHaveLength(2);
    expect(Object.keys(cause)).not.toContain('issues');
  });
});

describe('the order of the checks', () => {
  const calls: string[] = [];
  const { schema } = counted(({ role }) => {
    calls.push('claims');
    return { role, isChecked: true };
  });
  const app = useJwtApp('express', {
    controllers: [ClaimsController],
    options: {
      claims: schema,
      isTokenRevoked: (payload) => {
        calls.push(`isTokenRevoked ${String(payload.isChecked)} ${payload.sub}`);
        return payload.role === 'revoked';
      },
      verifyToken: ({ isChecked }) => {
        calls.push(`verifyToken ${String(isChecked)}`);
        return true;
      },
      userLookup: ({ isChecked, role }) => {
        calls.push(`userLookup ${String(isChecked)}`);
        return { role };
      },
    },
  });
  beforeEach(() => void calls.splice(0));

  it('asks the schema after the revocation and before the callbacks, which get what it returns', async () => {
    expect((await app.get('/user', forge(CLAIMS))).body).toEqual({ role: 'admin' });
    expect(calls).toEqual(['isTokenRevoked undefined alice', 'claims', 'verifyToken true', 'userLookup true']);
  });

  it('does not ask the schema about a revoked token', async () => {
    expect((await app.get('/user', forge({ role: 'revoked' }))).status).toBe(401);
    expect(calls).toEqual(['isTokenRevoked undefined alice']);
  });
});

describe('a new token', () => {
  it.each(Object.entries(SCHEMAS))(
    'must match a schema of %s, because every request would refuse it',
    async (_library, claims) => {
      const tokens = await tokenService({ claims });
      for (const call of ['createAccessToken', 'createRefreshToken', 'createTokenPair'] as const) {
        const create = (options: object): Promise<unknown> => tokens[call]('alice', options);
        const error = await errorOf(() => create({ claims: { role: 'root', level: '3' } }));
        expect(error).toEqual(
          new TypeError('The claims of a new token do not match the schema of the option claims: role.'),
        );
        await create({ claims: CLAIMS });
      }
    },
  );

  it('has all claims of the library when the schema is asked, those of a session too', async () => {
    const claims = z.object({ sid: z.string(), jti: z.string(), exp: z.number(), type: z.enum(['access', 'refresh']) });
    const tokens = await tokenService({ claims, revocation: { store: new MemoryRevocationStore() } });
    await tokens.createTokenPair('alice');
    await tokens.createRefreshToken('alice');
    expect(await errorOf(() => tokens.createAccessToken('alice'))).toBeInstanceOf(TypeError);
  });
});

describe('a wrong option claims', () => {
  it.each([
    ['a function', () => true],
    ['an object', {}],
    ['another version', { '~standard': { version: 2, validate: () => 1 } }],
  ])('stops the start: %s', async (_what, claims) => {
    const error = await errorOf(() => tokenService({ claims: claims as unknown as StandardSchema }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('option "claims" must be a schema of a library with Standard Schema');
  });
});

@WebSocketGateway()
class ClaimsGateway {
  @JwtRequired()
  @SubscribeMessage('claims')
  claims(@Jwt() payload: object, @MessageBody() _body: unknown) {
    return { event: 'claims', data: payload };
  }
}

describe('a socket', () => {
  const options: JwtExtendedOptions = { claims: SCHEMAS.zod, revocation: { store: new MemoryRevocationStore() } };

  it('checks the claims at its first message, gives what the schema returns, and ends with its session', async () => {
    const app = await SocketApp.start('socket.io', { providers: [ClaimsGateway], options }, 'express');
    try {
      const { accessToken } = await app.nest
        .get(TokenService, { strict: false })
        .createTokenPair('alice', { claims: CLAIMS });
      const socket = await app.connect({ token: accessToken });
      for (let message = 0; message < 3; message++)
        expect(await socket.ask('claims', 1)).toEqual({ event: 'claims', data: OUTPUT });
      socket.close();
      const other = await app.connect({ token: forge({ role: 'root' }) });
      expect(await other.ask('claims', 1)).toMatchObject({ data: { code: 'JWT_CLAIMS_REJECTED' } });
      other.close();
    } finally {
      await app.stop();
    }
  });
});

describe('defineJwt({ claims })', () => {
  const jwt = defineJwt<{ user: { role: string }; claims: typeof SCHEMAS.zod }>({ claims: SCHEMAS.zod });

  @Controller()
  class TypedController {
    @jwt.JwtRequired()
    @Get('typed')
    typed(@jwt.Jwt('level') level: number, @jwt.CurrentUser() user: { role: string }) {
      return { level, user };
    }

    @jwt.JwtRequired({ optional: true })
    @Get('optional')
    optional(@jwt.CurrentUser() user: { role: string } | null) {
      return { user };
    }
  }

  const userLookup = jwt.userLookup(({ role }) => ({ role }));

  it('passes its schema to the module with options()', async () => {
    const options = jwt.options({ userLookup });
    await withJwtApp('express', { options, controllers: [TypedController] }, async (app) => {
      const { status, body } = await app.get('/typed', forge(CLAIMS));
      expect({ status, body }).toEqual({ status: 200, body: { level: 3, user: { role: 'admin' } } });
      expect((await app.get('/typed', forge({ role: 'root' }))).status).toBe(400);
      expect((await app.get('/optional')).body).toEqual({ user: null });
    });
  });

  it('keeps the private fields of an instance of a class with options', async () => {
    class Options {
      readonly #role = 'private';
      userLookup() {
        return { role: this.#role };
      }
    }
    const own = new Options();
    const options = jwt.options(own);
    expect(options).toBe(own);
    expect(options.claims).toBe(SCHEMAS.zod);
    expect(options.userLookup?.({} as never, {} as never)).toEqual({ role: 'private' });
  });

  it('has decorators that fail where the module has not checked the claims', async () => {
    const options = { userLookup: () => ({ role: 'admin' }) };
    await withJwtApp('express', { options, controllers: [TypedController] }, async (app) => {
      expect((await app.get('/typed', forge(CLAIMS))).status).toBe(500);
    });
    const request = { headers: {} };
    expect(jwt.getJwtContext(request)).toBeNull();
  });

  it('accepts the context of a test, which no schema has checked', () => {
    const request = { headers: {} };
    setJwtContext(request, { payload: { role: 'reader', level: 1 }, user: { role: 'reader' } });
    expect(jwt.getJwtContext(request)?.payload).toMatchObject({ role: 'reader', level: 1 });
  });

  it('refuses a value that is no schema', () => {
    const define = defineJwt as (schema: object) => unknown;
    expect(() => define({ claims: z.object })).toThrow(TypeError);
    expect(() => define({})).toThrow('defineJwt() takes { claims: schema }');
  });
});

describe('defineJwt()', () => {
  it('returns the decorators and functions of the library', () => {
    const jwt = defineJwt<{ user: string }>();
    expect([jwt.JwtRequired, jwt.CurrentUser, jwt.Jwt, jwt.getJwtContext]).toEqual([
      JwtRequired,
      CurrentUser,
      Jwt,
      getJwtContext,
    ]);
    const options = { secret: 'x', userLookup: () => 'alice' };
    expect(jwt.options(options)).toBe(options);
  });
});
