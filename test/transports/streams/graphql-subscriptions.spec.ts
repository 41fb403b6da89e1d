import { setTimeout as delay } from 'node:timers/promises';
import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createClient, type Client } from 'graphql-ws';
import { JwtRequired, MemoryRevocationStore, TokenService } from 'nestjs-jwt-extended';
import { WebSocket } from 'ws';
import { ConnectionRegistry } from '../../../src/connections/connection-registry.js';
import { forge, nowInSeconds } from '../../support/forge.js';
import { jwtModule } from '../../support/jwt-app.js';
import { until } from '../../support/until.js';

/** How many sources are open. A generator that waits for its next event closes later, so these wait in short steps. */
let openSources = 0;

async function* numbers<Name extends string>(name: Name): AsyncGenerator<Record<Name, number>> {
  openSources += 1;
  try {
    for (let count = 0; ; count++) {
      yield { [name]: count } as Record<Name, number>;
      await delay(20);
    }
  } finally {
    openSources -= 1;
  }
}

/** Events that never come, as those of a quiet channel. `return()` settles the waiting call, as that of a PubSub does. */
class QuietChannel implements AsyncIterableIterator<object> {
  private settle: ((result: IteratorResult<object>) => void) | undefined;
  private isOpen = true;

  constructor() {
    openSources += 1;
  }

  next(): Promise<IteratorResult<object>> {
    return new Promise((resolve) => (this.settle = resolve));
  }

  return(): Promise<IteratorResult<object>> {
    // Mercurius calls it twice.
    if (this.isOpen) openSources -= 1;
    this.isOpen = false;
    this.settle?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

@Resolver()
class NumbersResolver {
  @Query(() => String)
  open() {
    return 'open';
  }

  @JwtRequired()
  @Subscription(() => Number)
  numbers() {
    return numbers('numbers');
  }

  @JwtRequired()
  @Subscription(() => Number)
  quiet() {
    return new QuietChannel();
  }

  @JwtRequired()
  @Subscription(() => Number, {
    filter: ({ even }: { even: number }) => even % 2 === 0,
    resolve: ({ even }: { even: number }) => even * 10,
  })
  async even() {
    return Promise.resolve(numbers('even'));
  }

  @JwtRequired({ optional: true })
  @Subscription(() => Number)
  optional() {
    return numbers('optional');
  }
}

const apollo = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    subscriptions: { 'graphql-ws': true },
    plugins: [ApolloServerPluginUsageReportingDisabled()],
  });

const mercurius = (): DynamicModule =>
  GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true, subscription: true });

const SERVERS = [
  ['Apollo on express', apollo, () => new ExpressAdapter()],
  ['Apollo on fastify', apollo, () => new FastifyAdapter()],
  ['Mercurius', mercurius, () => new FastifyAdapter()],
] as const;

/** What a client sees of one subscription. */
interface Seen {
  readonly values: unknown[];
  error: unknown;
  isComplete: boolean;
  leave: () => void;
}

function subscribe(client: Client, query: string): Seen {
  const seen: Seen = { values: [], error: undefined, isComplete: false, leave: () => undefined };
  seen.leave = client.subscribe(
    { query },
    {
      // A refused operation is a result with errors.
      next: ({ data, errors }) => (errors === undefined ? seen.values.push(data) : (seen.error = errors)),
      error: (error) => (seen.error = error),
      complete: () => (seen.isComplete = true),
    },
  );
  return seen;
}

const refused = (jwt: string, message: string) => [
  expect.objectContaining({ message, extensions: expect.objectContaining({ code: 'UNAUTHENTICATED', jwt }) as object }),
];

describe.each(SERVERS)('a subscription, %s', (_name, graphql, adapter) => {
  let app: INestApplication;
  let client: Client | undefined;
  let isClosed = (): boolean => false;
  beforeAll(async () => {
    const jwt = jwtModule({ revocation: { store: new MemoryRevocationStore() } });
    const module = await Test.createTestingModule({
      imports: [jwt, graphql()],
      providers: [NumbersResolver],
    }).compile();
    app = module.createNestApplication(adapter() as ExpressAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());
  afterEach(async () => {
    await client?.dispose();
    client = undefined;
    await until(() => count() === 0);
    await until(() => openSources === 0);
  });

  const count = () => app.get(ConnectionRegistry).size;
  const connect = async (token?: string): Promise<Client> => {
    const url = (await app.getUrl()).replace('http', 'ws');
    let closed = false;
    isClosed = () => closed;
    client = createClient({
      url: `${url}/graphql`,
      connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      on: { closed: () => (closed = true) },
      onNonLazyError: () => undefined,
    });
    return client;
  };

  it.each(['numbers', 'even', 'quiet'])('ends with its token, and the socket stays: %s', async (name) => {
    const connection = await connect(forge({ exp: nowInSeconds() + 2 }));
    const seen = subscribe(connection, `subscription { ${name} }`);
    await until(() => count() === 1);
    await until(() => seen.error !== undefined);
    expect(seen.error).toEqual(refused('JWT_EXPIRED', 'Token has expired'));
    expect(seen.values.length > 1).toBe(name !== 'quiet');
    if (name === 'even') expect(seen.values.slice(0, 2)).toEqual([{ even: 0 }, { even: 20 }]);
    expect(isClosed()).toBe(false);
    const again = subscribe(connection, 'subscription { numbers }');
    await until(() => again.error !== undefined);
    expect(JSON.stringify(again.error)).toContain('Token has expired');
    expect(isClosed()).toBe(false);
  });

  it('ends each subscription of a session when the session ends', async () => {
    const tokens = app.get(TokenService);
    const { accessToken } = await tokens.createTokenPair('alice');
    const connection = await connect(accessToken);
    const all = ['numbers', 'even', 'quiet'].map((name) => subscribe(connection, `subscription { ${name} }`));
    await until(() => count() === 3);
    await tokens.revoke(accessToken);
    await until(() => all.every(({ error }) => error !== undefined));
    for (const { error } of all) expect(error).toEqual(refused('JWT_REVOKED', 'Token has been revoked'));
  });

  it('is forgotten when the subscriber leaves, and when the socket closes', async () => {
    const connection = await connect(forge());
    const [one, other] = [
      subscribe(connection, 'subscription { numbers }'),
      subscribe(connection, 'subscription { quiet }'),
    ];
    await until(() => count() === 2);
    one.leave();
    await until(() => count() === 1);
    expect(other.isComplete).toBe(false);
    await connection.dispose();
    await until(() => count() === 0);
  });

  it('never ends by a token that it does not have', async () => {
    const seen = subscribe(await connect(), 'subscription { optional }');
    await until(() => seen.values.length > 3);
    expect(count()).toBe(0);
    expect(seen.error).toBeUndefined();
  });
});
