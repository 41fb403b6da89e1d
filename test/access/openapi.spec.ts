import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Module,
  Options,
  Post,
  Version,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import {
  ApiBearerAuth,
  ApiExcludeEndpoint,
  ApiOAuth2,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiSecurity,
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
  type SwaggerDocumentOptions,
} from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { JwtRequired, MemoryRevocationStore, Public } from 'nestjs-jwt-extended';
import { documentJwt } from 'nestjs-jwt-extended/swagger';
import { ADAPTERS } from '../support/adapters.js';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { jwtModule, type JwtAppSetup } from '../support/jwt-app.js';

interface Setup extends JwtAppSetup {
  readonly builder?: (builder: DocumentBuilder) => DocumentBuilder;
  readonly documentOptions?: SwaggerDocumentOptions;
  readonly adapter?: (typeof ADAPTERS)[number];
}

async function documentOf(setup: Setup): Promise<OpenAPIObject> {
  const { options, imports = [], builder = (one) => one, documentOptions, prepare, adapter, ...metadata } = setup;
  const module = await Test.createTestingModule({ imports: [jwtModule(options), ...imports], ...metadata }).compile();
  const server = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = module.createNestApplication<INestApplication>(server as ExpressAdapter, { logger: false });
  prepare?.(app);
  try {
    const document = SwaggerModule.createDocument(app, builder(new DocumentBuilder()).build(), documentOptions);
    expect(documentJwt(app, document)).toBe(document);
    const once = structuredClone(document);
    expect(documentJwt(app, document)).toEqual(once);
    return document;
  } finally {
    await app.close();
  }
}

type Item = Record<
  string,
  { security?: object[]; responses: Record<string, object>; requestBody?: object } | undefined
>;

function operation(document: OpenAPIObject, name: string) {
  const [method = '', path = ''] = name.split(' ');
  const found = (document.paths[path] as unknown as Item | undefined)?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${name} is not among ${Object.keys(document.paths).join(', ')}`);
  return found;
}

/** `security` of each operation. */
function securityOf(document: OpenAPIObject): Record<string, unknown> {
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as unknown as Item).map(([method, found]) => [
      `${method.toUpperCase()} ${path}`,
      found?.security,
    ]),
  );
  return Object.fromEntries(all) as Record<string, unknown>;
}

const schemesOf = (document: OpenAPIObject) => document.components?.securitySchemes ?? {};

@Controller('notes')
class NotesController {
  @Get()
  list() {
    return [];
  }

  @JwtRequired()
  @Post()
  add() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get(':id')
  one() {
    return {};
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh() {
    return {};
  }

  @JwtRequired({ type: 'any', fresh: true, roles: 'admin' })
  @Delete(':id')
  remove() {
    return {};
  }

  @Public()
  @Get('public')
  open() {
    return {};
  }
}

describe.each(ADAPTERS)('documentJwt() on %s', (adapter) => {
  it('says of each operation which tokens it needs', async () => {
    const document = await documentOf({ controllers: [NotesController], adapter });
    expect(securityOf(document)).toEqual({
      'GET /notes': [],
      'POST /notes': [{ bearer: [] }],
      'GET /notes/{id}': [{}, { bearer: [] }],
      'POST /notes/refresh': [{ 'bearer-refresh': [] }],
      'DELETE /notes/{id}': [{ bearer: [] }, { 'bearer-refresh': [] }],
      'GET /notes/public': [],
    });
    expect(schemesOf(document)).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token.' },
      'bearer-refresh': { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The refresh token.' },
    });
  });
});

describe('documentJwt()', () => {
  it('describes cookies with their double submit value, and query strings, by their names', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      options: {
        tokenLocation: ['cookies', 'query_string'],
        cookies: { access: { name: 'session' } },
        csrf: { access: { headerName: 'X-XSRF' }, refresh: { headerName: 'X-XSRF-REFRESH' } },
        queryString: { name: 'token', valuePrefix: 'v1:' },
      },
    });
    expect(securityOf(document)).toMatchObject({
      'POST /notes': [{ 'jwt-cookie': [], 'jwt-csrf': [] }, { 'jwt-query': [] }],
      'GET /notes/{id}': [{}, { 'jwt-cookie': [] }, { 'jwt-query': [] }],
      'POST /notes/refresh': [{ 'jwt-cookie-refresh': [], 'jwt-csrf-refresh': [] }, { 'jwt-query-refresh': [] }],
    });
    expect(schemesOf(document)).toMatchObject({
      'jwt-cookie': { type: 'apiKey', in: 'cookie', name: 'session' },
      'jwt-cookie-refresh': { type: 'apiKey', in: 'cookie', name: 'refresh_token_cookie' },
      'jwt-csrf': { type: 'apiKey', in: 'header', name: 'X-XSRF' },
      'jwt-csrf-refresh': { type: 'apiKey', in: 'header', name: 'X-XSRF-REFRESH' },
      'jwt-query': { type: 'apiKey', in: 'query', name: 'token', description: 'The access token, after "v1:".' },
    });
  });

  it('needs no double submit value with csrf: false', async () => {
    const options = { tokenLocation: 'cookies', csrf: false } as const;
    const document = await documentOf({ controllers: [NotesController], options });
    expect(operation(document, 'POST /notes').security).toEqual([{ 'jwt-cookie': [] }]);
    expect(Object.keys(schemesOf(document))).toEqual(['jwt-cookie', 'jwt-cookie-refresh']);
  });

  it('describes another header as an API key', async () => {
    const header = { name: 'X-Token', type: 'JWT' };
    const document = await documentOf({ controllers: [NotesController], options: { header } });
    expect(schemesOf(document).bearer).toEqual({
      type: 'apiKey',
      in: 'header',
      name: 'X-Token',
      description: 'The access token, after "JWT ".',
    });
  });

  it('describes a token in a JSON body as a member of the body', async () => {
    class Note {
      @ApiProperty({ type: String })
      text = '';
    }
    @Controller()
    class BodyController {
      @JwtRequired({ locations: 'json' })
      @Post('add')
      add(@Body() note: Note) {
        return note;
      }

      @JwtRequired({ locations: ['headers', 'json'], refresh: true })
      @Post('refresh')
      refresh() {
        return {};
      }
    }
    const document = await documentOf({ controllers: [BodyController] });
    expect(operation(document, 'POST /add').security).toBeUndefined();
    const token = {
      type: 'object',
      properties: { access_token: { type: 'string', description: 'The access token.' } },
    };
    expect(operation(document, 'POST /add').requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: { allOf: [{ $ref: '#/components/schemas/Note' }, { ...token, required: ['access_token'] }] },
        },
      },
    });
    expect(operation(document, 'POST /refresh')).toMatchObject({
      security: [{ 'bearer-refresh': [] }],
      requestBody: {
        content: { 'application/json': { schema: { properties: { refresh_token: { type: 'string' } } } } },
      },
    });
  });

  it('counts requireByDefault, and lets handlers of OPTIONS open', async () => {
    @Controller()
    class AnyController {
      @All('every')
      every() {
        return {};
      }

      @Options('any')
      preflight() {
        return {};
      }
    }
    const options = { requireByDefault: true, tokenLocation: 'cookies' } as const;
    const security = securityOf(await documentOf({ controllers: [AnyController], options }));
    expect(security).toMatchObject({
      'OPTIONS /any': [],
      'GET /every': [{ 'jwt-cookie': [] }],
      'POST /every': [{ 'jwt-cookie': [], 'jwt-csrf': [] }],
    });
  });
});

describe('the refusals of an operation', () => {
  const statusesOf = (document: OpenAPIObject, name: string) => Object.keys(operation(document, name).responses);

  it('follow from its decorators', async () => {
    const document = await documentOf({ controllers: [NotesController] });
    expect(statusesOf(document, 'GET /notes')).toEqual(['200']);
    expect(statusesOf(document, 'GET /notes/public')).toEqual(['200']);
    expect(statusesOf(document, 'POST /notes')).toEqual(['201', '401', '422']);
    expect(statusesOf(document, 'GET /notes/{id}')).toEqual(['200', '401', '422']);
    expect(statusesOf(document, 'DELETE /notes/{id}')).toEqual(['200', '401', '403', '422']);
    const { 401: unauthorized, 403: forbidden } = operation(document, 'DELETE /notes/{id}').responses;
    expect(unauthorized).toEqual({
      description: 'The request has no token. The token has expired. The token is not fresh.',
      headers: { 'WWW-Authenticate': { description: 'The challenge of RFC 6750 s.3.', schema: { type: 'string' } } },
      content: {
        'application/json': {
          schema: { type: 'object', properties: { msg: { type: 'string' } }, required: ['msg'] },
          examples: {
            JWT_MISSING: { summary: 'The request has no token.', value: { msg: 'Missing Authorization Header' } },
            JWT_EXPIRED: { summary: 'The token has expired.', value: { msg: 'Token has expired' } },
            JWT_NOT_FRESH: { summary: 'The token is not fresh.', value: { msg: 'Fresh token required' } },
          },
        },
      },
    });
    expect(forbidden).toMatchObject({
      description: 'The token does not have the scopes or roles that the operation needs.',
    });
    expect(operation(document, 'GET /notes/{id}').responses['401']).toMatchObject({
      description: 'The token has expired.',
    });
  });

  it('follow from the options', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      options: {
        revocation: { store: new MemoryRevocationStore() },
        rotation: {},
        userLookup: () => ({}),
        verifyToken: () => true,
        errorMessageKey: 'error',
      },
    });
    expect(statusesOf(document, 'POST /notes')).toEqual(['201', '400', '401', '422', '503']);
    expect(JSON.stringify(operation(document, 'POST /notes').responses)).toContain('"error":"Token has been revoked"');
  });

  it.each([
    ['nest', 'application/json', { statusCode: 'number', message: 'string', error: 'string', code: 'string' }],
    [
      'problem',
      'application/problem+json',
      { type: 'string', title: 'string', status: 'number', detail: 'string', code: 'string' },
    ],
  ] as const)('have the shape of errorFormat: %s', async (errorFormat, mediaType, members) => {
    const document = await documentOf({ controllers: [NotesController], options: { errorFormat } });
    const properties = Object.fromEntries(Object.entries(members).map(([name, type]) => [name, { type }]));
    expect(operation(document, 'POST /notes').responses['401']).toMatchObject({
      content: { [mediaType]: { schema: { properties } } },
    });
  });

  it('have the status and the body of errorResponses', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      options: {
        errorResponses: {
          invalidToken: () => ({ status: 401, body: { wrong: true } }),
          expiredToken: () => Promise.resolve({ status: 418, body: {} }),
          unauthorized: (_error, request) => ({ status: 401, body: (request as { url: string }).url }),
        },
      },
    });
    expect(statusesOf(document, 'POST /notes')).toEqual(['201', '401']);
    expect(JSON.stringify(operation(document, 'POST /notes').responses)).toContain('{"wrong":true}');
  });

  it('keep the answers that the application describes', async () => {
    @Controller()
    class OwnController {
      @ApiResponse({ status: 401, description: 'Mine' })
      @JwtRequired()
      @Get('own')
      own() {
        return {};
      }
    }
    const document = await documentOf({ controllers: [OwnController] });
    expect(operation(document, 'GET /own').responses['401']).toEqual({ description: 'Mine' });
    expect(statusesOf(document, 'GET /own')).toEqual(['401', '422']);
  });
});

describe('the handlers of an operation', () => {
  class ReadController {
    @Get()
    read() {
      return {};
    }
  }
  @JwtRequired()
  @Controller('users')
  class UsersController extends ReadController {}
  @Controller('posts')
  class PostsController extends ReadController {}

  it('can be inherited by several controllers', async () => {
    const document = await documentOf({ controllers: [UsersController, PostsController] });
    expect(securityOf(document)).toEqual({ 'GET /users': [{ bearer: [] }], 'GET /posts': [] });
  });

  @Module({ controllers: [UsersController, PostsController] })
  class ReadModule {}

  it.each([
    [{}, '/api/area'],
    [{ ignoreGlobalPrefix: true }, '/area'],
  ])('have a global prefix and the path of RouterModule %j', async (documentOptions, prefix) => {
    const document = await documentOf({
      imports: [ReadModule, RouterModule.register([{ path: 'area', module: ReadModule }])],
      documentOptions,
      prepare: (app) => app.setGlobalPrefix('api'),
    });
    expect(securityOf(document)).toEqual({
      [`GET ${prefix}/users`]: [{ bearer: [] }],
      [`GET ${prefix}/posts`]: [],
    });
  });

  @Controller({ path: 'cats', version: '1' })
  class CatsController {
    @JwtRequired()
    @Get()
    one() {
      return {};
    }

    @Version('2')
    @Get()
    two() {
      return {};
    }
  }

  it('have versions in the path', async () => {
    const document = await documentOf({
      controllers: [CatsController],
      prepare: (app) => app.enableVersioning({ type: VersioningType.URI }),
    });
    expect(securityOf(document)).toEqual({ 'GET /v1/cats': [{ bearer: [] }], 'GET /v2/cats': [] });
  });

  it('have versions in a header, of which the document describes the last', async () => {
    const prepare = (app: INestApplication) => app.enableVersioning({ type: VersioningType.HEADER, header: 'v' });
    const document = await documentOf({ controllers: [CatsController], prepare });
    expect(document.paths['/cats']?.get?.operationId).toMatch(/^CatsController_two/);
    expect(securityOf(document)).toEqual({ 'GET /cats': [] });
    const first = await documentOf({
      controllers: [without(CatsController, 'two')],
      prepare,
      documentOptions: { operationIdFactory: (_controller, method) => method },
    });
    expect(securityOf(first)).toEqual({ 'GET /cats': [{ bearer: [] }] });
  });

  /** A class with the same handlers, of which one is not in the document. */
  function without(controller: Type, name: string): Type {
    @Controller({ path: 'cats', version: '1' })
    class Rest extends controller {}
    const { prototype } = Rest as { prototype: Record<string, () => unknown> };
    const original = prototype[name];
    const copy = { [name]: () => ({}) }[name] as () => unknown;
    for (const key of Reflect.getMetadataKeys(original as object)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original as object), copy);
    }
    Object.defineProperty(prototype, name, { value: copy, configurable: true, writable: true });
    ApiExcludeEndpoint()(prototype, name, Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor);
    return Rest;
  }

  it('can be missing: other operations of the document stay as they are', async () => {
    const module = await Test.createTestingModule({ imports: [jwtModule()] }).compile();
    const app = module.createNestApplication({ logger: false });
    const other = { paths: { '/else': { parameters: [], get: { responses: {} } } } };
    expect(documentJwt(app, structuredClone(other))).toEqual(other);
    await app.close();
  });
});

describe("the application's own @ApiSecurity()", () => {
  @ApiBearerAuth()
  @Controller('mixed')
  class MixedController {
    @ApiSecurity('api-key')
    @JwtRequired()
    @Get('key')
    key() {
      return {};
    }

    @ApiOperation({ security: [{ other: [] }] })
    @JwtRequired()
    @Get('operation')
    operation() {
      return {};
    }

    @Public()
    @Get('open')
    open() {
      return {};
    }

    @JwtRequired({ optional: true })
    @Get('optional')
    optional() {
      return {};
    }
  }

  it('stays on a method, and gives way on a class to what the decorators say', async () => {
    const document = await documentOf({ controllers: [MixedController], builder: (one) => one.addBearerAuth() });
    const security = securityOf(document);
    expect(security['GET /mixed/key']).toContainEqual({ 'api-key': [] });
    expect(security['GET /mixed/operation']).toEqual(expect.arrayContaining([{ other: [] }]));
    expect(security['GET /mixed/open']).toEqual([]);
    expect(security['GET /mixed/optional']).toEqual([{}, { bearer: [] }]);
  });

  it('can name the scheme of the tokens', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      options: { tokenLocation: ['headers', 'cookies'] },
      builder: (one) =>
        one.addBearerAuth({ type: 'http' }, 'mine').addCookieAuth('access_token_cookie', undefined, 'crumb'),
    });
    expect(operation(document, 'POST /notes').security).toEqual([{ mine: [] }, { crumb: [], 'jwt-csrf': [] }]);
    expect(Object.keys(schemesOf(document))).toEqual(expect.arrayContaining(['mine', 'crumb', 'jwt-csrf']));
    expect(Object.keys(schemesOf(document))).not.toContain('bearer');
  });

  it('can use our ids for other schemes', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      builder: (one) => one.addSecurity('bearer', { type: 'http', scheme: 'basic' }),
    });
    expect(operation(document, 'POST /notes').security).toEqual([{ 'jwt-bearer': [] }]);
    expect(schemesOf(document).bearer).toEqual({ type: 'http', scheme: 'basic' });
  });

  it('stays on a class with another scheme, such as an API key or OAuth 2.0', async () => {
    @ApiSecurity('api-key')
    @Controller('keys')
    class KeysController extends NotesController {}
    @ApiOAuth2(['read'])
    @Controller('clients')
    class ClientsController extends NotesController {}
    const document = await documentOf({
      controllers: [KeysController, ClientsController],
      builder: (one) => one.addApiKey({ type: 'apiKey', name: 'X-Key' }, 'api-key').addOAuth2(),
    });
    expect(securityOf(document)).toMatchObject({
      'GET /keys': [{ 'api-key': [] }],
      'POST /keys': [{ 'api-key': [] }],
      'GET /keys/{id}': [{}, { 'api-key': [] }],
      'GET /clients': [],
      'POST /clients': [{ oauth2: ['read'] }],
    });
  });

  it('of the whole document is combined with the tokens', async () => {
    const document = await documentOf({
      controllers: [NotesController],
      builder: (one) => one.addApiKey({ type: 'apiKey', name: 'X-Key' }, 'api-key').addSecurityRequirements('api-key'),
    });
    expect(securityOf(document)).toMatchObject({
      'GET /notes': [{ 'api-key': [] }],
      'POST /notes': [{ 'api-key': [], bearer: [] }],
    });
    const bearer = await documentOf({
      controllers: [NotesController],
      builder: (one) => one.addBearerAuth().addSecurityRequirements('bearer'),
    });
    expect(securityOf(bearer)).toMatchObject({ 'GET /notes': [], 'POST /notes': [{ bearer: [] }] });
  });
});
