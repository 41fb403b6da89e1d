import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable, UseGuards, type CanActivate, type DynamicModule, type INestApplication } from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createClient, type Client } from 'graphql-ws';
import { JwtContextService, JwtRequired } from 'nestjs-jwt-extended';
import { WebSocket } from 'ws';
import { shortDelay, userNames, WhoService } from '../../support/current-user.js';
import { forge } from '../../support/forge.js';
import { send } from '../../support/http-client.js';
import { jwtModule } from '../../support/jwt-app.js';

const seenByGuards = new Set<unknown>();

@Injectable()
class SeeingGuard implements CanActivate {
  constructor(private readonly jwt: JwtContextService) {}

  async canActivate(): Promise<boolean> {
    const { identity } = this.jwt;
    await shortDelay();
    seenByGuards.add(identity === this.jwt.identity ? identity : 'mixed');
    return true;
  }
}

@ObjectType()
class Cat {
  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  owner!: string | null;
}

let who: WhoService;

@Resolver(() => Cat)
class CatsResolver {
  constructor(
    private readonly service: WhoService,
    private readonly jwt: JwtContextService,
  ) {
    who = service;
  }

  @UseGuards(SeeingGuard)
  @JwtRequired()
  @Query(() => Cat)
  async cat() {
    return { name: await this.service.who() };
  }

  @Query(() => String)
  open() {
    return String(this.jwt.identity);
  }

  @ResolveField(() => String)
  owner() {
    return this.service.who();
  }

  @JwtRequired()
  @Subscription(() => Cat, {
    async filter(this: CatsResolver, { purrs }: { purrs: { name: string } }) {
      return (await this.service.who()) === purrs.name;
    },
    async resolve({ purrs }: { purrs: { name: string } }) {
      return Promise.resolve({ name: `${purrs.name} ${String(await who.who())}` });
    },
  })
  async *purrs(): AsyncGenerator<{ purrs: { name: unknown } }> {
    for (let count = 0; count < 3; count++) yield { purrs: { name: await this.service.who() } };
  }
}

const apollo = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    subscriptions: { 'graphql-ws': true },
    plugins: [ApolloServerPluginUsageReportingDisabled()],
  });

/** The context of which many applications copy from older documentation: the upgrade request as `req`. */
const apolloWithUpgrade = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    subscriptions: { 'graphql-ws': true },
    context: ({ req, extra }: { req?: object; extra?: { request: object } }) => ({ req: req ?? extra?.request }),
    plugins: [ApolloServerPluginUsageReportingDisabled()],
  });

const mercurius = (): DynamicModule =>
  GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    autoSchemaFile: true,
    subscription: { fullWsTransport: true },
  });

const SERVERS = [
  ['Apollo on express', apollo, () => new ExpressAdapter()],
  ['Apollo on fastify', apollo, () => new FastifyAdapter()],
  ['Apollo with the upgrade request as req', apolloWithUpgrade, () => new ExpressAdapter()],
  ['Mercurius', mercurius, () => new FastifyAdapter()],
] as const;

describe.each(SERVERS)('JwtContextService in GraphQL, %s', (_name, graphql, adapter) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    const jwt = jwtModule({ asyncContext: true, userLookup: () => shortDelay().then(() => ({})) });
    const imports = [jwt, graphql()];
    const module = await Test.createTestingModule({ imports, providers: [CatsResolver, WhoService] }).compile();
    app = module.createNestApplication(adapter() as ExpressAdapter, { logger: false });
    app.setGlobalPrefix('api');
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/graphql`;
  });
  afterAll(() => app.close());

  it('never shows one user to another: 200 queries with fields at the same time', async () => {
    seenByGuards.clear();
    const names = userNames(200);
    const body = { query: '{ cat { name owner } again: cat { owner } }' };
    const answers = await Promise.all(names.map((sub) => send('POST', url, { body, token: forge({ sub }) })));
    expect(answers.map((answer) => answer.body)).toEqual(
      names.map((name) => ({ data: { cat: { name, owner: name }, again: { owner: name } } })),
    );
    expect([...seenByGuards].sort()).toEqual([...names].sort());
  });

  it('is null without a token', async () => {
    const body = { query: '{ open }' };
    expect((await send('POST', url, { body })).body).toEqual({ data: { open: 'null' } });
  });

  const connect = (sub: string): Client =>
    createClient({
      url: url.replace('http', 'ws'),
      connectionParams: { authorization: `Bearer ${forge({ sub })}` },
      webSocketImpl: class extends WebSocket {
        constructor(address: string, protocols: string | string[]) {
          super(address, protocols, { headers: { authorization: `Bearer ${forge({ sub })}` } });
        }
      },
      retryAttempts: 0,
    });
  const valuesOf = async (client: Client, query: string): Promise<unknown[]> => {
    const values: unknown[] = [];
    for await (const value of client.iterate({ query })) values.push(value);
    return values;
  };

  it('is there for each event of a subscription, in filter, resolve and fields', async () => {
    const names = userNames(30);
    const clients = names.map(connect);
    const all = await Promise.all(clients.map((client) => valuesOf(client, 'subscription { purrs { name owner } }')));
    await Promise.all(clients.map(async (client) => client.dispose()));
    const event = (name: string) => ({ data: { purrs: { name: `${name} ${name}`, owner: name } } });
    expect(all).toEqual(names.map((name) => [event(name), event(name), event(name)]));
  });

  it('is there for queries and their fields over a socket', async () => {
    const names = userNames(30);
    const clients = names.map(connect);
    const query = '{ open cat { name owner } }';
    const all = await Promise.all(clients.map((client) => valuesOf(client, query)));
    const other = await Promise.all(clients.map((client) => valuesOf(client, '{ open }')));
    await Promise.all(clients.map(async (client) => client.dispose()));
    for (const [index, name] of names.entries()) {
      expect(all[index]).toMatchObject([{ data: { cat: { name, owner: name } } }]);
      expect(other[index]).toHaveLength(1);
    }
  });
});
