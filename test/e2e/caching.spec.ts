import {
  Controller,
  Get,
  Injectable,
  Post,
  UseInterceptors,
  type ExecutionContext,
  type INestApplication,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CacheInterceptor, CacheKey, CacheModule } from '@nestjs/cache-manager';
import { JwtIdentity, JwtRequired, MemoryRevocationStore, Public } from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { TestApp, withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';

let calls = 0;

const answer = (identity: unknown) => ({ identity, call: ++calls });

@UseInterceptors(JwtCacheInterceptor)
@JwtRequired({ optional: true })
@Controller('own')
class OwnController {
  @Get('me')
  me(@JwtIdentity() identity: unknown) {
    return answer(identity);
  }

  @CacheKey('fixed')
  @Get('keyed')
  keyed(@JwtIdentity() identity: unknown) {
    return answer(identity);
  }

  @Public()
  @Get('open')
  open() {
    return answer('anybody');
  }
}

@UseInterceptors(CacheInterceptor)
@JwtRequired()
@Controller('class')
class OnClassController {
  @Get()
  me() {}
}

@Controller('method')
class OnMethodController {
  @UseInterceptors(CacheInterceptor)
  @JwtRequired()
  @Get()
  me() {}
}

@Controller('plain')
class PlainController {
  @JwtRequired()
  @Get()
  me() {}
}

@UseInterceptors(CacheInterceptor)
@Controller('mixed')
class MixedController {
  @Get('news')
  news() {
    return answer('news');
  }

  @JwtRequired()
  @Post()
  write() {}
}

@Injectable()
class OwnInterceptor extends CacheInterceptor {}

@Injectable()
class ByUserInterceptor extends CacheInterceptor {
  protected override trackBy(context: ExecutionContext): string | undefined {
    return context.switchToHttp().getRequest<{ headers: { authorization?: string } }>().headers.authorization;
  }
}

@UseInterceptors(OwnInterceptor)
@JwtRequired()
@Controller('subclass')
class SubclassController {
  @Get()
  me() {}
}

@UseInterceptors(ByUserInterceptor)
@JwtRequired()
@Controller('by-user')
class ByUserController {
  @Get()
  me(@JwtIdentity() identity: unknown) {
    return answer(identity);
  }
}

describe.each(ADAPTERS)('cached responses on %s', (adapter) => {
  const imports = [CacheModule.register({ isGlobal: true })];
  const withCache = (controllers: Type[], more: JwtAppSetup = {}) => ({ ...more, imports, controllers });

  describe('with JwtCacheInterceptor', () => {
    it.each(['/own/me', '/own/keyed'])('%s belongs to one user, and is served to that user again', async (path) => {
      await withJwtApp(adapter, withCache([OwnController]), async (app) => {
        const [alice, bob] = [forge({ sub: 'alice' }), forge({ sub: 'bob' })];
        const first = await app.get(path, alice);
        expect(first.body).toMatchObject({ identity: 'alice' });
        expect(await app.get(path, alice)).toEqual(first);
        expect((await app.get(path, bob)).body).toMatchObject({ identity: 'bob' });
        expect((await app.get(path)).body).toMatchObject({ identity: null });
        expect(await app.get(path, alice)).toEqual(first);
      });
    });

    it('an entry belongs to one session, because claims can differ between sessions', async () => {
      const options = { revocation: { store: new MemoryRevocationStore() } };
      await withJwtApp(adapter, withCache([OwnController], { options }), async (app) => {
        const one = await app.tokens.createTokenPair('alice');
        const other = await app.tokens.createTokenPair('alice');
        const first = await app.get('/own/me', one.accessToken);
        expect((await app.get('/own/me', other.accessToken)).body).not.toEqual(first.body);
        expect(await app.get('/own/me', one.accessToken)).toEqual(first);
      });
    });

    it('forbids shared caches to store the response', async () => {
      await withJwtApp(adapter, withCache([OwnController]), async (app) => {
        const found = await app.get('/own/me', forge());
        expect(found.header('cache-control')).toBe('private');
        expect(found.header('vary')).toBe('Authorization, Cookie');
        const open = await app.get('/own/open', forge());
        for (const name of ['cache-control', 'vary']) expect(open.header(name)).toBeUndefined();
      });
    });

    it('names the headers of a token on an anonymous response too, which shared caches may store', async () => {
      await withJwtApp(adapter, withCache([OwnController]), async (app) => {
        for (const result of ['MISS', 'HIT']) {
          const anonymous = await app.get('/own/me');
          expect(anonymous.header('x-cache')).toBe(result);
          expect(anonymous.header('vary')).toBe('Authorization, Cookie');
          expect(anonymous.header('cache-control')).toBeUndefined();
        }
      });
    });

    it('names the header of the option header.name, next to the headers that the application names', async () => {
      const options = { header: { name: 'X-Token', type: '' } };
      const prepare = (app: INestApplication) => app.enableCors({ origin: ['https://a.example', 'https://b.example'] });
      await withJwtApp(adapter, withCache([OwnController], { options, prepare }), async (app) => {
        const own = await app.send('GET', '/own/me', { headers: [['X-Token', forge()]] });
        expect(own.body).toMatchObject({ identity: 'alice' });
        for (const each of [own, await app.get('/own/me')]) expect(each.header('vary')).toBe('Origin, X-Token, Cookie');
      });
    });
  });

  it.each<[string, Type[], Provider[]]>([
    ['on a class', [OnClassController], []],
    ['on a method', [OnMethodController], []],
    ['as APP_INTERCEPTOR', [PlainController], [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }]],
    ['in a class that extends it', [SubclassController], []],
  ])('CacheInterceptor %s of a protected route stops the start', async (_where, controllers, providers) => {
    const app = new TestApp(adapter, withCache(controllers, { providers }));
    await expect(app.start()).rejects.toThrow(
      /^CacheInterceptor caches the responses of \w+Controller\.me by their URL.*JwtCacheInterceptor/,
    );
  });

  it('CacheInterceptor on a protected route stops the start under requireByDefault', async () => {
    const app = new TestApp(adapter, withCache([MixedController], { options: { requireByDefault: true } }));
    await expect(app.start()).rejects.toThrow(/^CacheInterceptor caches the responses of MixedController\.news/);
  });

  it('CacheInterceptor is accepted on routes that need no token, or that it does not cache', async () => {
    await withJwtApp(adapter, withCache([MixedController]), async (app) => {
      expect(await app.get('/mixed/news')).toEqual(await app.get('/mixed/news'));
    });
  });

  it('an interceptor with its own key is accepted too', async () => {
    await withJwtApp(adapter, withCache([ByUserController]), async (app) => {
      const found = await app.get('/by-user', forge({ sub: 'alice' }));
      expect((await app.get('/by-user', forge({ sub: 'bob' }))).body).not.toEqual(found.body);
    });
  });
});
