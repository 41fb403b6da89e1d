import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import {
  Args,
  Context,
  Field,
  GraphQLModule,
  Int,
  Mutation,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createClient, type Client } from 'graphql-ws';
import {
  CurrentUser,
  getJwtContext,
  Jwt,
  JwtIdentity,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
} from 'nestjs-jwt-extended';
import { WebSocket } from 'ws';
import { csrfOf, forge } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { jwtModule } from '../support/jwt-app.js';

@ObjectType()
class Cat {
  @Field(() => String)
  owner!: string;

  @Field(() => String, { nullable: true })
  secret!: string | null;
}

@Resolver(() => Cat)
class CatsResolver {
  @JwtRequired()
  @Query(() => Cat)
  cat(@JwtIdentity() owner: string) {
    return { owner };
  }

  @JwtRequired()
  @Query(() => String)
  name(@CurrentUser('name') name: string, @Jwt('sub') sub: string) {
    return `${name} is ${sub}`;
  }

  @JwtRequired({ optional: true })
  @Query(() => String)
  greeting(@JwtIdentity() identity: string | null) {
    return identity ?? 'stranger';
  }

  @Query(() => String)
  open(@Context() context: { req: object }) {
    return String(getJwtContext(context.req)?.identity ?? 'open');
  }

  @JwtRequired({ scopes: 'cats:write' })
  @Mutation(() => Int)
  add(@Args('count', { type: () => Int }) count: number) {
    return count;
  }

  @JwtRequired({ fresh: true })
  @ResolveField(() => String, { nullable: true })
  secret() {
    return 'nine lives';
  }

  @JwtRequired()
  @Subscription(() => String)
  async *purrs(): AsyncGenerator<{ purrs: string }> {
    await Promise.resolve();
    yield { purrs: 'purr' };
  }
}

interface Server {
  readonly app: INestApplication;
  readonly url: string;
}

const apollo = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers: ['guards'],
    subscriptions: { 'graphql-ws': true },
    plugins: [ApolloServerPluginUsageReportingDisabled()],
  });

const mercurius = (): DynamicModule =>
  GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    autoSchemaFile: true,
    fieldResolverEnhancers: ['guards'],
    subscription: true,
    allowBatchedQueries: true,
  });

const SERVERS = [
  ['Apollo on express', apollo, () => new ExpressAdapter()],
  ['Apollo on fastify', apollo, () => new FastifyAdapter()],
  ['Mercurius', mercurius, () => new FastifyAdapter()],
] as const;

describe.each(SERVERS)('%s', (_name, graphql, adapter) => {
  let lookUps = 0;
  let server: Server;
  beforeAll(async () => {
    const jwt = jwtModule({
      userLookup: async ({ sub }) => {
        lookUps += 1;
        return Promise.resolve({ name: `${sub}'s name` });
      },
      tokenLocation: ['headers', 'cookies'],
      revocation: { store: new MemoryRevocationStore() },
    });
    const module = await Test.createTestingModule({ imports: [jwt, graphql()], providers: [CatsResolver] }).compile();
    const app = module.createNestApplication(adapter() as ExpressAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    server = { app, url: `${await app.getUrl()}/graphql` };
  });
  afterAll(() => server.app.close());

  const sendQuery = async (query: string, token?: string) => {
    lookUps = 0;
    const { body } = await send('POST', server.url, { body: { query }, ...(token !== undefined && { token }) });
    return body;
  };
  const refused = (code: string, jwt: string, message: string) => ({
    errors: [expect.objectContaining({ message, extensions: expect.objectContaining({ code, jwt }) as object })],
  });

  it('serves a query with a token, and its decorators have the values', async () => {
    expect(await sendQuery('{ name }', forge())).toEqual({ data: { name: "alice's name is alice" } });
    expect(await sendQuery('{ cat { owner } }', forge())).toEqual({ data: { cat: { owner: 'alice' } } });
  });

  it.each([
    ['no token', () => undefined, 'JWT_MISSING', /Missing/],
    ['an expired token', () => forge({ exp: 1 }), 'JWT_EXPIRED', /^Token has expired$/],
    ['a forged token', () => `${forge()}x`, 'JWT_INVALID', /^Signature verification failed$/],
    ['a refresh token', () => forge({ type: 'refresh' }), 'JWT_WRONG_TYPE', /^Only non-refresh tokens are allowed$/],
  ])('refuses %s with the code of the exception', async (_what, token, jwt, message) => {
    const body = await sendQuery('{ name }', token());
    expect(body).toMatchObject(refused('UNAUTHENTICATED', jwt, expect.stringMatching(message) as string));
    expect(JSON.stringify(body)).not.toContain('stacktrace');
  });

  it('refuses a revoked token, and a mutation without the scope', async () => {
    const tokens = server.app.get(TokenService);
    const { accessToken } = await tokens.createTokenPair('alice');
    await tokens.revoke(accessToken);
    expect(await sendQuery('{ name }', accessToken)).toMatchObject(
      refused('UNAUTHENTICATED', 'JWT_REVOKED', 'Token has been revoked'),
    );
    const add = 'mutation { add(count: 3) }';
    expect(await sendQuery(add, forge())).toMatchObject(
      refused('FORBIDDEN', 'JWT_INSUFFICIENT_SCOPE', 'Insufficient scope'),
    );
    expect(await sendQuery(add, forge({ scope: 'cats:write' }))).toEqual({ data: { add: 3 } });
  });

  it('refuses a field alone, when its requirement is stricter', async () => {
    const body = await sendQuery('{ cat { owner secret } }', forge());
    expect(body).toMatchObject({ data: { cat: { owner: 'alice', secret: null } } });
    expect(body).toMatchObject(refused('UNAUTHENTICATED', 'JWT_NOT_FRESH', 'Fresh token required'));
    expect(await sendQuery('{ cat { secret } }', forge({ fresh: true }))).toEqual({
      data: { cat: { secret: 'nine lives' } },
    });
  });

  it('makes one check for all resolvers of a request with the same requirement, also while it waits', async () => {
    const query = '{ a: name, b: name, cat { owner } ...more } fragment more on Query { c: name, d: cat { owner } }';
    expect(await sendQuery(query, forge())).not.toHaveProperty('errors');
    expect(lookUps).toBe(1);
  });

  it('refuses all resolvers of a request with a bad token', async () => {
    const { errors } = (await sendQuery('{ greeting, open, a: greeting }', forge({ exp: 1 }))) as { errors: object[] };
    expect(errors.length).toBeGreaterThan(0);
  });

  it('serves an optional query without a token, and an open one', async () => {
    expect(await sendQuery('{ greeting open }')).toEqual({ data: { greeting: 'stranger', open: 'open' } });
    expect(await sendQuery('{ greeting }', forge())).toEqual({ data: { greeting: 'alice' } });
  });

  it('requires the double submit value for a token in a cookie', async () => {
    const token = forge({ csrf: 'value' });
    const cookie = ['Cookie', `access_token_cookie=${token}`] as const;
    const body = { query: '{ name }' };
    expect((await send('POST', server.url, { body, headers: [cookie] })).body).toMatchObject(
      refused('UNAUTHENTICATED', 'JWT_CSRF', 'Missing CSRF token'),
    );
    const headers = [cookie, ['X-CSRF-TOKEN', csrfOf(token)]] as const;
    expect((await send('POST', server.url, { body, headers })).body).toHaveProperty('data.name');
  });

  describe('a subscription', () => {
    const next = async (connectionParams: Record<string, unknown>, headers: Record<string, string> = {}) => {
      class Socket extends WebSocket {
        constructor(url: string, protocols: string | string[]) {
          super(url, protocols, { headers });
        }
      }
      const url = server.url.replace('http', 'ws');
      const client: Client = createClient({ url, connectionParams, webSocketImpl: Socket, retryAttempts: 0 });
      try {
        return await new Promise<unknown>((resolve) => {
          client.subscribe(
            { query: 'subscription { purrs }' },
            { next: resolve, error: resolve, complete: () => undefined },
          );
        });
      } finally {
        await client.dispose();
      }
    };
    const purr = { data: { purrs: 'purr' } };

    it.each([
      ['authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
      ['Authorization', (token: string) => ({ Authorization: `Bearer ${token}` })],
      ['headers.authorization', (token: string) => ({ headers: { authorization: `Bearer ${token}` } })],
      ['headers.Authorization', (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })],
      ['token', (token: string) => ({ token })],
    ])('reads its token from connectionParams.%s', async (_place, params) => {
      expect(await next(params(forge()))).toEqual(purr);
      const error = await next(params(forge({ exp: 1 })));
      expect(JSON.stringify(error)).toContain('Token has expired');
    });

    it('reads its token from the upgrade request, after connectionParams', async () => {
      expect(await next({}, { authorization: `Bearer ${forge()}` })).toEqual(purr);
      const error = await next(
        { authorization: `Bearer ${forge({ exp: 1 })}` },
        { authorization: `Bearer ${forge()}` },
      );
      expect(JSON.stringify(error)).toContain('Token has expired');
    });

    it.each([[{}], [{ token: 5 }], [{ authorization: { a: 1 } }], [{ headers: 'x' }], [{ token: '' }]])(
      'is refused with connectionParams %j',
      async (params) => {
        const error = await next(params);
        expect(JSON.stringify(error)).toMatch(/Missing/);
        expect(error).not.toEqual(purr);
      },
    );

    it('needs the double submit value with a cookie, for any site can cause an upgrade', async () => {
      const token = forge({ csrf: 'value' });
      const cookie = { cookie: `access_token_cookie=${token}` };
      expect(JSON.stringify(await next({}, cookie))).toContain('Missing CSRF token');
      expect(JSON.stringify(await next({ cookie: 'access_token_cookie=x' }, cookie))).toContain('Missing CSRF token');
      expect(await next({ 'X-CSRF-TOKEN': 'value' }, cookie)).toEqual(purr);
    });
  });
});
