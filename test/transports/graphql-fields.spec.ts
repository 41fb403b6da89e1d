import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { UseGuards, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import {
  Directive,
  Field,
  GraphQLModule,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { JwtGuard, JwtRequired, Public } from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { jwtModule, type JwtAppSetup } from '../support/jwt-app.js';
import { errorOf } from '../support/token-service.js';

@ObjectType()
@Directive('@key(fields: "id")')
class Cat {
  @Field(() => String)
  id!: string;

  @Field(() => String)
  secret!: string;
}

const protect = (...decorators: MethodDecorator[]): MethodDecorator => {
  return (target, name, descriptor) => decorators.forEach((decorate) => void decorate(target, name, descriptor));
};
const none: ClassDecorator = () => undefined;

/** A resolver with an open query, a field and a reference. */
function resolverOf(onClass: ClassDecorator, onField: MethodDecorator, onReference: MethodDecorator): Type {
  @onClass
  @Resolver(() => Cat)
  class CatResolver {
    @Public()
    @Query(() => Cat)
    cat() {
      return { id: '1' };
    }

    @onField
    @ResolveField(() => String)
    secret(@Parent() { id }: Cat) {
      return `secret of ${id}`;
    }

    @onReference
    @ResolveReference()
    resolveReference({ id }: Cat) {
      return { id };
    }
  }
  return CatResolver;
}

type Enhancers = ('guards' | 'interceptors' | 'filters')[];

function graphql(fieldResolverEnhancers?: Enhancers): DynamicModule {
  return GraphQLModule.forRoot<ApolloFederationDriverConfig>({
    driver: ApolloFederationDriver,
    // Otherwise the driver logs a line for each start.
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    autoSchemaFile: { federation: 2 },
    ...(fieldResolverEnhancers && { fieldResolverEnhancers }),
  });
}

async function start(
  resolver: Type,
  enhancers?: Enhancers,
  options?: JwtAppSetup['options'],
): Promise<INestApplication> {
  const imports = [jwtModule(options), graphql(enhancers)];
  const module = await Test.createTestingModule({ imports, providers: [resolver] }).compile();
  const app = module.createNestApplication({ logger: false });
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

const open = protect();
/** Every way in which a field or a reference can require a token, and the handlers that the start must name. */
const PROTECTED: [string, Type, JwtAppSetup['options'], RegExp][] = [
  ['@JwtRequired() on a field', resolverOf(none, JwtRequired(), open), {}, /^CatResolver\.secret: /],
  ['@JwtRequired() on a reference', resolverOf(none, open, JwtRequired()), {}, /^CatResolver\.resolveReference: /],
  ['@JwtRequired() on the class', resolverOf(JwtRequired(), open, open), {}, /^CatResolver\.secret, CatResolver\.res/],
  ['@UseGuards(JwtGuard) on a field', resolverOf(none, UseGuards(JwtGuard), open), {}, /^CatResolver\.secret: /],
  ['@UseGuards(JwtGuard) on a reference', resolverOf(none, open, UseGuards(JwtGuard)), {}, /^CatResolver\.resolveRef/],
  ['@UseGuards(JwtGuard) on the class', resolverOf(UseGuards(JwtGuard), open, open), {}, /^CatResolver\.secret, Cat/],
  [
    'requireByDefault',
    resolverOf(none, open, open),
    { requireByDefault: true },
    /^CatResolver\.secret, CatResolver\.re/,
  ],
  [
    'requireByDefault, with a public field',
    resolverOf(none, Public(), open),
    { requireByDefault: true },
    /^CatResolver\.resolveReference: /,
  ],
  [
    '@UseGuards(JwtGuard) on the class, without a global guard',
    resolverOf(UseGuards(JwtGuard), open, Public()),
    { globalGuard: false },
    /^CatResolver\.secret: /,
  ],
];

const SECRET_OF_CAT = { query: '{ cat { secret } }' };
const REFERENCE = {
  query: '{ _entities(representations: [{ __typename: "Cat", id: "2" }]) { ... on Cat { id } } }',
};

describe.each(PROTECTED)('%s', (_name, resolver, options, named) => {
  it.each([undefined, [], ['interceptors', 'filters']] as (Enhancers | undefined)[])(
    'stops the start if Nest calls no guard for fields: fieldResolverEnhancers %p',
    async (enhancers) => {
      const error = await errorOf(() => start(resolver, enhancers, options));
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toMatch(named);
      expect(error?.message).toContain("fieldResolverEnhancers: ['guards']");
    },
  );

  it('refuses a request without a token if Nest calls guards for fields', async () => {
    const app = await start(resolver, ['guards'], options);
    try {
      const url = `${await app.getUrl()}/graphql`;
      const refused = named.source.includes('secret') ? SECRET_OF_CAT : REFERENCE;
      const { body } = await send('POST', url, { body: refused });
      expect(body).toMatchObject({ errors: [{ message: expect.stringContaining('Missing') as string }] });
      expect(JSON.stringify(body)).not.toMatch(/secret of|"id"/);
      const passed = await send('POST', url, { body: refused, token: forge() });
      expect(passed.body).not.toHaveProperty('errors');
    } finally {
      await app.close();
    }
  });
});

describe('an application with GraphQL starts', () => {
  it.each([
    ['without requirements', resolverOf(none, open, open), {}],
    ['with public fields', resolverOf(JwtRequired(), Public(), Public()), {}],
    ['with public fields under requireByDefault', resolverOf(none, Public(), Public()), { requireByDefault: true }],
    ['with a public class under requireByDefault', resolverOf(Public(), open, open), { requireByDefault: true }],
  ])('%s', async (_name, resolver, options) => {
    const app = await start(resolver, undefined, options);
    await app.close();
  });

  it('with a requirement on the resolver of a union, because __resolveType() returns no data', async () => {
    @JwtRequired()
    @Resolver('Animal')
    class AnimalResolver {
      @ResolveField()
      __resolveType() {
        return 'Cat';
      }

      @Query(() => Cat)
      cat() {
        return { id: '1', secret: '' };
      }
    }
    const module = await Test.createTestingModule({ imports: [jwtModule()], providers: [AnimalResolver] }).compile();
    await expect(module.init()).resolves.toBe(module);
    await module.close();
  });
});
