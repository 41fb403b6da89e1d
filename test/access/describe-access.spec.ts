import { tmpdir } from 'node:os';
import {
  All,
  Controller,
  Delete,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  Options,
  Post,
  RequestMethod,
  Scope,
  Sse,
  UseGuards,
  UseInterceptors,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type CanActivate,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory, REQUEST, RouterModule } from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Args, Mutation, Query, ResolveField, ResolveReference, Resolver, Subscription } from '@nestjs/graphql';
import { describeAccess, JwtGuard, JwtRequired, Public, type AccessRow, type JwtTransport } from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';
import { EMPTY } from 'rxjs';
import { jwtModule, type JwtAppSetup } from '../support/jwt-app.js';

/** An application that is created and not started. */
async function create({ options, imports = [], ...metadata }: JwtAppSetup): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [jwtModule(options), ...imports], ...metadata }).compile();
  return module.createNestApplication({ logger: false });
}

async function rowsOf(setup: JwtAppSetup): Promise<readonly AccessRow[]> {
  const app = await create(setup);
  try {
    return describeAccess(app);
  } finally {
    await app.close();
  }
}

const rowsBy = <K extends keyof AccessRow>(rows: readonly AccessRow[], ...names: K[]) =>
  rows.map((row) => names.map((name) => row[name]));

/** The addresses of an application, each with its requirement. */
async function accessOf(setup: JwtAppSetup): Promise<unknown[][]> {
  return rowsBy(await rowsOf(setup), 'address', 'requirement');
}

@Controller('notes')
class NotesController {
  @Get()
  list() {
    return [];
  }

  @JwtRequired({ fresh: true, scopes: 'notes:write', locations: ['headers', 'cookies'] })
  @Post()
  add() {
    return {};
  }

  @JwtRequired({ optional: true, anyScope: ['a', 'b'], roles: ['admin', 'editor'], skipRevocationCheck: true })
  @Get(':id')
  one() {
    return {};
  }

  @JwtRequired({ type: 'refresh' })
  @Delete()
  clear() {
    return {};
  }

  @JwtRequired({ type: 'any' })
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

describe('describeAccess()', () => {
  it('has a row for each handler, with what its decorators ask', async () => {
    const rows = await rowsOf({ controllers: [NotesController], options: { tokenLocation: ['headers', 'json'] } });
    const names = ['address', 'handler', 'requirement', 'type', 'fresh', 'locations', 'revocation'] as const;
    const everywhere = ['headers', 'json'];
    expect(rowsBy(rows, ...names)).toEqual([
      ['DELETE /notes', 'NotesController.clear', 'required', 'refresh', false, everywhere, true],
      ['GET /notes', 'NotesController.list', 'none', null, false, [], false],
      ['POST /notes', 'NotesController.add', 'required', 'access', true, ['headers', 'cookies'], true],
      ['DELETE /notes/:id', 'NotesController.remove', 'required', 'any', false, everywhere, true],
      ['GET /notes/:id', 'NotesController.one', 'optional', 'access', false, everywhere, false],
      ['GET /notes/public', 'NotesController.open', 'public', null, false, [], false],
    ]);
    const [, , add, , one] = rows;
    expect(add).toMatchObject({ method: 'POST', path: '/notes', version: null, host: null, scopes: ['notes:write'] });
    expect(one).toMatchObject({ scopes: [], anyScope: ['a', 'b'], roles: ['admin', 'editor'] });
  });

  it('returns frozen rows, in the same order for each order of modules and methods', async () => {
    @Controller('other')
    class OtherController {
      @Get()
      read() {
        return {};
      }
    }
    const rows = await rowsOf({ controllers: [NotesController, OtherController] });
    expect(await rowsOf({ controllers: [OtherController, NotesController] })).toEqual(rows);
    const parts = [rows, ...rows, ...rows.flatMap((row) => Object.values(row).filter(Array.isArray))];
    expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
  });

  it('counts requireByDefault', async () => {
    const rows = await rowsOf({ controllers: [NotesController], options: { requireByDefault: true } });
    const open = rows.filter(({ requirement }) => requirement !== 'required' && requirement !== 'optional');
    expect(rowsBy(open, 'address')).toEqual([['GET /notes/public']]);
  });

  it('shows a handler of OPTIONS as exempt, and a handler of all methods', async () => {
    @JwtRequired()
    @Controller()
    class AnyController {
      @Options('any')
      preflight() {
        return {};
      }

      @All('every')
      every() {
        return {};
      }
    }
    expect(await accessOf({ controllers: [AnyController] })).toEqual([
      ['OPTIONS /any', 'exempt'],
      ['ALL /every', 'required'],
    ]);
  });

  it('shows a handler of server-sent events', async () => {
    @Controller()
    class EventsController {
      @JwtRequired()
      @Sse('events')
      events() {
        return EMPTY;
      }
    }
    const rows = await rowsOf({ controllers: [EventsController] });
    expect(rowsBy(rows, 'kind', 'address', 'requirement')).toEqual([['stream', 'GET /events', 'required']]);
  });

  it('names the function allow, and shows a change of its code', async () => {
    const ownsIt = ({ identity }: { identity?: unknown }) => identity === 'alice';
    const rowsWith = async (allow: (context: { identity?: unknown }) => boolean) => {
      @Controller()
      class OneController {
        @JwtRequired({ allow })
        @Get()
        read() {
          return {};
        }
      }
      const [row] = await rowsOf({ controllers: [OneController] });
      return row?.allow;
    };
    expect(await rowsWith(ownsIt)).toMatch(/^ownsIt#[\da-f]{8}$/);
    expect(await rowsWith(ownsIt)).toBe(await rowsWith(ownsIt));
    const other = { ownsIt: ({ identity }: { identity?: unknown }) => identity !== '' };
    expect(await rowsWith(other.ownsIt)).toMatch(/^ownsIt#/);
    expect(await rowsWith(other.ownsIt)).not.toBe(await rowsWith(ownsIt));
  });

  it('names the other guards of a handler, and what caches its responses', async () => {
    @Injectable()
    class TeamGuard implements CanActivate {
      canActivate() {
        return true;
      }
    }
    @UseGuards(TeamGuard)
    @Controller()
    class CachedController {
      @UseInterceptors(JwtCacheInterceptor)
      @UseGuards(JwtGuard)
      @Get('cached')
      cached() {
        return {};
      }

      @Header('Cache-Control', 'no-store')
      @Get('stored')
      stored() {
        return {};
      }
    }
    const { CacheModule } = await import('@nestjs/cache-manager');
    const rows = await rowsOf({ imports: [CacheModule.register()], controllers: [CachedController] });
    expect(rowsBy(rows, 'address', 'requirement', 'guards', 'cache')).toEqual([
      ['GET /cached', 'required', ['TeamGuard'], ['JwtCacheInterceptor']],
      ['GET /stored', 'none', ['TeamGuard'], ['no-store']],
    ]);
    const provider = { provide: APP_INTERCEPTOR, useClass: JwtCacheInterceptor };
    const all = await rowsOf({
      imports: [CacheModule.register()],
      controllers: [NotesController],
      providers: [provider],
    });
    expect(all.map(({ cache }) => cache)).toEqual(all.map(() => ['JwtCacheInterceptor']));
  });

  it('refuses an application without the module', async () => {
    const app = await NestFactory.createApplicationContext(class {}, { logger: false }).catch(() => null);
    const module = await Test.createTestingModule({}).compile();
    expect(() => describeAccess(app ?? module)).toThrow(
      'describeAccess() needs an application that imports JwtExtendedModule.forRoot() or forRootAsync().',
    );
  });
});

describe('describeAccess() of classes', () => {
  class ReadController {
    @Get()
    read() {
      return {};
    }

    @JwtRequired({ roles: 'admin' })
    @Delete()
    remove() {
      return {};
    }
  }

  it('gives a handler that several controllers inherit the requirement of each', async () => {
    @JwtRequired()
    @Controller('users')
    class UsersController extends ReadController {}
    @Controller('posts')
    class PostsController extends ReadController {}
    const rows = await rowsOf({ controllers: [UsersController, PostsController] });
    expect(rowsBy(rows, 'address', 'handler', 'requirement', 'roles')).toEqual([
      ['DELETE /posts', 'PostsController.remove', 'required', ['admin']],
      ['GET /posts', 'PostsController.read', 'none', []],
      ['DELETE /users', 'UsersController.remove', 'required', ['admin']],
      ['GET /users', 'UsersController.read', 'required', []],
    ]);
  });

  it('gives a method that replaces an inherited one the requirement of the inherited one', async () => {
    @Controller('users')
    class UsersController extends ReadController {
      @Delete()
      override remove() {
        return {};
      }
    }
    expect(await accessOf({ controllers: [UsersController] })).toEqual([
      ['DELETE /users', 'required'],
      ['GET /users', 'none'],
    ]);
  });

  it('reads a method that a decorator or the constructor replaced', async () => {
    const wrapped: MethodDecorator = (_target, _key, descriptor) => {
      const { value } = descriptor as unknown as { value: () => unknown };
      (descriptor as unknown as { value: unknown }).value = () => value();
    };
    @Controller()
    class ReplacedController {
      constructor() {
        this.bound = this.bound.bind(this);
      }

      @Get('bound')
      @JwtRequired()
      bound() {
        return {};
      }

      @Get('wrapped')
      @wrapped
      @JwtRequired()
      wrapped() {
        return {};
      }
    }
    expect(await accessOf({ controllers: [ReplacedController] })).toEqual([
      ['GET /bound', 'required'],
      ['GET /wrapped', 'required'],
    ]);
  });

  it('reads request-scoped controllers', async () => {
    @Controller({ path: 'scoped', scope: Scope.REQUEST })
    class ScopedController {
      constructor(@Inject(REQUEST) readonly request: unknown) {}

      @JwtRequired()
      @Get()
      read() {
        return {};
      }
    }
    expect(await accessOf({ controllers: [ScopedController] })).toEqual([['GET /scoped', 'required']]);
  });
});

describe('describeAccess() of paths', () => {
  @Module({ controllers: [NotesController] })
  class NotesModule {}

  @Controller({ path: 'hosted', host: ['one.example', 'two.example'] })
  class HostedController {
    @JwtRequired()
    @Get(['first', 'second'])
    read() {
      return {};
    }
  }

  it('has the global prefix, unless the path is excluded, and the path of RouterModule', async () => {
    const app = await create({
      imports: [NotesModule, RouterModule.register([{ path: 'api', module: NotesModule }])],
      controllers: [HostedController],
    });
    app.setGlobalPrefix('v9', { exclude: [{ path: 'hosted/first', method: RequestMethod.GET }] });
    const paths = [...new Set(describeAccess(app).map(({ path }) => path))];
    expect(paths).toEqual([
      '/hosted/first',
      '/v9/api/notes',
      '/v9/api/notes/:id',
      '/v9/api/notes/public',
      '/v9/hosted/second',
    ]);
    await app.close();
  });

  it('has the hosts of the controller', async () => {
    const rows = await rowsOf({ controllers: [HostedController] });
    expect(rowsBy(rows, 'path', 'host')).toEqual([
      ['/hosted/first', 'one.example, two.example'],
      ['/hosted/second', 'one.example, two.example'],
    ]);
  });

  @Controller({ path: 'cats', version: '1' })
  class CatsController {
    @JwtRequired()
    @Get()
    one() {
      return {};
    }

    @Version(['2', VERSION_NEUTRAL])
    @Get('two')
    two() {
      return {};
    }
  }

  it.each([
    [VersioningType.URI, ['/cats/two', '/v1/cats', '/v2/cats/two', '/v3/hosted/first', '/v3/hosted/second']],
    [VersioningType.HEADER, ['/cats', '/cats/two', '/cats/two', '/hosted/first', '/hosted/second']],
  ])('has a row for each version (%s)', async (type, paths) => {
    const app = await create({ controllers: [CatsController, HostedController] });
    const versioning = { defaultVersion: '3' };
    app.enableVersioning(
      type === VersioningType.URI
        ? { ...versioning, type }
        : { ...versioning, type: VersioningType.HEADER, header: 'v' },
    );
    const rows = describeAccess(app);
    expect(rowsBy(rows, 'path').flat()).toEqual(paths);
    const versions = rows.map(({ handler, version }) => [handler, version]);
    expect(versions).toEqual(
      expect.arrayContaining([
        ['CatsController.one', '1'],
        ['CatsController.two', '2'],
        ['CatsController.two', 'neutral'],
        ['HostedController.read', '3'],
      ]),
    );
    await app.close();
  });

  it('are those that Nest serves', async () => {
    const app = await create({ imports: [NotesModule], controllers: [CatsController] });
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '3' });
    await app.listen(0, '127.0.0.1');
    try {
      const served = describeAccess(app).map(async ({ method, path, requirement }) => {
        const answer = await fetch(`${await app.getUrl()}${path}`, { method: method as string });
        return [path, requirement, answer.status];
      });
      for (const [path, requirement, status] of await Promise.all(served)) {
        expect([path, status]).toEqual([path, requirement === 'required' ? 401 : expect.any(Number)]);
        expect(status).not.toBe(404);
      }
    } finally {
      await app.close();
    }
  });
});

describe('describeAccess() of other transports', () => {
  const KIND = ['transport', 'kind', 'address', 'requirement', 'locations'] as const;

  it('has messages and events of microservices', async () => {
    @JwtRequired()
    @Controller()
    class SumsController {
      @MessagePattern({ role: 'math', cmd: 'sum' })
      sum() {
        return 0;
      }

      @Public()
      @EventPattern(['created', 'changed'])
      created() {
        return undefined;
      }
    }
    const custom: JwtTransport = { accepts: () => false, requestOf: () => ({ headers: {} }), keyOf: Object };
    const rows = await rowsOf({ controllers: [SumsController], options: { transports: [custom] } });
    expect(rowsBy(rows, ...KIND)).toEqual([
      ['rpc', 'event', 'changed', 'public', []],
      ['rpc', 'event', 'created', 'public', []],
      ['rpc', 'message', '{"cmd":"sum","role":"math"}', 'required', ['metadata']],
    ]);
  });

  it('has messages and connections of gateways', async () => {
    @JwtRequired()
    @WebSocketGateway({ namespace: 'chat' })
    class ChatGateway {
      @SubscribeMessage('say')
      say() {
        return {};
      }

      @Public()
      @SubscribeMessage('ping')
      ping() {
        return {};
      }
    }
    @WebSocketGateway(8_081, { path: '/raw' })
    class RawGateway {
      @JwtRequired({ optional: true })
      handleConnection() {
        return undefined;
      }

      @JwtRequired({ fresh: true })
      @SubscribeMessage('say')
      say() {
        return {};
      }
    }
    const rows = await rowsOf({ providers: [ChatGateway, RawGateway] });
    expect(rowsBy(rows, ...KIND)).toEqual([
      ['ws', 'connection', '/chat', 'required', ['handshake']],
      ['ws', 'message', '/chat ping', 'public', []],
      ['ws', 'message', '/chat say', 'required', ['connection']],
      ['ws', 'connection', ':8081/raw', 'optional', ['handshake']],
      ['ws', 'message', ':8081/raw say', 'required', ['connection']],
    ]);
  });

  it('has queries, mutations, subscriptions, fields and references of GraphQL', async () => {
    @JwtRequired({ roles: 'admin' })
    @Resolver('User')
    class UsersResolver {
      @Query('me')
      readMe() {
        return {};
      }

      @Mutation()
      rename(@Args('name') name: string) {
        return name;
      }

      @Subscription()
      renamed() {
        return EMPTY;
      }

      @Public()
      @ResolveField('email')
      readEmail() {
        return '';
      }

      @Public()
      @ResolveReference()
      resolveReference() {
        return {};
      }
    }
    const rows = await rowsOf({ providers: [UsersResolver] });
    expect(rowsBy(rows, ...KIND)).toEqual([
      ['graphql', 'mutation', 'Mutation.rename', 'required', ['headers']],
      ['graphql', 'query', 'Query.me', 'required', ['headers']],
      ['graphql', 'subscription', 'Subscription.renamed', 'required', ['connectionParams', 'headers']],
      ['graphql', 'reference', 'User.__resolveReference', 'public', []],
      ['graphql', 'field', 'User.email', 'public', []],
    ]);
    expect(rows.map(({ roles }) => roles)).toEqual([['admin'], ['admin'], ['admin'], [], []]);
  });

  it('has the handlers that only a custom transport knows', async () => {
    @Injectable()
    class Jobs {
      @JwtRequired()
      run() {
        return tmpdir();
      }
    }
    const custom: JwtTransport = { accepts: () => false, requestOf: () => ({ headers: {} }), keyOf: Object };
    const rows = await rowsOf({ providers: [Jobs as Type], options: { transports: [custom] } });
    expect(rowsBy(rows, ...KIND, 'handler')).toEqual([
      ['custom', 'custom', 'run', 'required', ['transport'], 'Jobs.run'],
    ]);
  });
});
