import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  UseInterceptors,
  type CallHandler,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createClient } from 'graphql-ws';
import { map, type Observable } from 'rxjs';
import { WebSocket } from 'ws';
import { send } from '../http-client.js';
import { jwtModule } from '../jwt-app.js';
import type { CallAnswer, HandlerName, TransportDriver } from './driver.js';
import { handlersOf } from './handlers.js';

/** A server of GraphQL for Nest, and the HTTP server that it runs on. */
interface GraphqlServer {
  readonly name: string;
  readonly module: () => DynamicModule;
  readonly adapter: () => ExpressAdapter | FastifyAdapter;
}

export const APOLLO: GraphqlServer = {
  name: 'Apollo',
  module: () =>
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      fieldResolverEnhancers: ['guards'],
      subscriptions: { 'graphql-ws': true },
      plugins: [ApolloServerPluginUsageReportingDisabled()],
    }),
  adapter: () => new ExpressAdapter(),
};

export const MERCURIUS: GraphqlServer = {
  name: 'Mercurius',
  module: () =>
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      fieldResolverEnhancers: ['guards'],
      subscription: true,
    }),
  adapter: () => new FastifyAdapter(),
};

@ObjectType('Seen')
class SeenType {
  @Field(() => String, { nullable: true })
  identity!: string | null;
}

@ObjectType('Root')
class RootType {
  @Field(() => String)
  name!: string;
}

@Resolver(() => RootType)
class RootResolver {
  @Query(() => RootType)
  root() {
    return { name: 'root' };
  }
}

/** A schema needs a query, also where the handlers are subscriptions. */
const withRoot = [RootResolver];

/** Makes the result of a handler the only event of a subscription. */
class EventsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { name } = context.getHandler();
    return next.handle().pipe(map((seen: unknown) => oneEvent(name, seen)));
  }
}

async function* oneEvent(name: string, seen: unknown): AsyncGenerator<object> {
  await Promise.resolve();
  yield { [name]: seen };
}

const subscriptions: ClassDecorator = (target) => {
  Resolver()(target);
  UseInterceptors(EventsInterceptor)(target);
};

/** The kinds of handlers: the class with the handlers, the text of an operation, and how a client sends it. */
const KINDS = {
  query: {
    handlers: () => handlersOf(Resolver(), () => Query(() => SeenType, { nullable: true })),
    operation: (handler: HandlerName) => `{ ${handler} { identity } }`,
    dataOf: (data: Readonly<Record<string, unknown>>) => data,
    run: post,
  },
  field: {
    handlers: () =>
      handlersOf(
        Resolver(() => RootType),
        () => ResolveField(() => SeenType, { nullable: true }),
      ),
    operation: (handler: HandlerName) => `{ root { ${handler} { identity } } }`,
    dataOf: (data: Readonly<Record<string, unknown>>) => data.root as Readonly<Record<string, unknown>>,
    run: post,
  },
  subscription: {
    handlers: () => handlersOf(subscriptions, () => Subscription(() => SeenType, { nullable: true })),
    operation: (handler: HandlerName) => `subscription { ${handler} { identity } }`,
    dataOf: (data: Readonly<Record<string, unknown>>) => data,
    run: subscribe,
  },
} as const;

/** What a client receives for an operation. */
interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly jwt: string } }[];
}

/** Queries, fields or subscriptions of a server of GraphQL. The HTTP request or `connectionParams` has the token. */
export function graphqlDriver(server: GraphqlServer, kind: keyof typeof KINDS): TransportDriver {
  const { handlers, operation, dataOf, run } = KINDS[kind];
  return {
    name: `${server.name}, ${kind}`,
    async start(options) {
      const app = await startServer(server, handlers(), options);
      const url = `${await app.getUrl()}/graphql`;
      return {
        async call(handler, token) {
          const { data, errors } = await run(url, operation(handler), token);
          const [error] = errors ?? [];
          if (error !== undefined) return { code: error.extensions.jwt, message: error.message };
          const seen = dataOf(data ?? {})[handler] as { identity: unknown };
          return { ok: seen.identity } satisfies CallAnswer;
        },
        close: () => app.close(),
      };
    },
  };
}

async function startServer(
  { module, adapter }: GraphqlServer,
  handlers: Type,
  options: Parameters<typeof jwtModule>[0],
): Promise<INestApplication> {
  const metadata = { imports: [jwtModule(options), module()], providers: [handlers, ...withRoot] };
  const compiled = await Test.createTestingModule(metadata).compile();
  const app = compiled.createNestApplication(adapter() as ExpressAdapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

async function post(url: string, query: string, token: string | null): Promise<Result> {
  const { body } = await send('POST', url, { body: { query }, ...(token !== null && { token }) });
  return body as Result;
}

async function subscribe(url: string, query: string, token: string | null): Promise<Result> {
  const connectionParams = token === null ? {} : { authorization: `Bearer ${token}` };
  const client = createClient({
    url: url.replace('http', 'ws'),
    connectionParams,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  try {
    return await new Promise<Result>((resolve) => {
      const error = (errors: unknown) => resolve({ errors: errors as Result['errors'] & object });
      client.subscribe({ query }, { next: (result) => resolve(result as Result), error, complete: () => undefined });
    });
  } finally {
    await client.dispose();
  }
}
