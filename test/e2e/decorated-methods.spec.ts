import { Controller, Get, Injectable, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { JwtRequired, Public } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { jwtModule, TestApp, withJwtApp } from '../support/jwt-app.js';

type Method = (...args: unknown[]) => unknown;

/** Replaces the method, as decorators for tracing and transactions do. The metadata of the method is lost. */
const Traced: () => MethodDecorator = () => (_target, _key, descriptor) => {
  const original = descriptor.value as Method;
  return { ...descriptor, value: (...args: unknown[]) => original(...args) } as typeof descriptor;
};

@Controller('traced')
class TracedController {
  @Get('required')
  @Traced()
  @JwtRequired()
  required() {}

  @Get('refresh')
  @Traced()
  @JwtRequired({ refresh: true })
  refresh() {}

  @Get('open')
  open() {}
}

@JwtRequired()
@Controller('bound')
class BoundController {
  constructor() {
    this.read = this.read.bind(this);
    this.terms = this.terms.bind(this);
  }

  @Get()
  read() {}

  @Public()
  @Get('terms')
  terms() {}
}

abstract class BaseController {
  @JwtRequired()
  @Get()
  list() {}

  @Public()
  @Get('terms')
  terms() {}
}

@Controller('overriding')
class OverridingController extends BaseController {
  @Get()
  override list() {}
}

@JwtRequired()
@Controller('strict')
class StrictController extends BaseController {
  @Get('terms')
  override terms() {}
}

@Controller('plain')
class PlainController {
  @JwtRequired()
  @Get()
  read() {}

  @Get('open')
  open() {}
}

@Injectable()
class Service {
  @JwtRequired()
  work() {}
}

@Public()
class PublicBase {}

@Controller('derived')
class DerivedController extends PublicBase {
  @Get()
  read() {}
}

describe.each(ADAPTERS)('a decorated method on %s', (adapter) => {
  it('keeps its requirement when a decorator replaces it', async () => {
    await withJwtApp(adapter, { controllers: [TracedController] }, async (app) => {
      expect(await app.get('/traced/required')).toMatchObject({ status: 401 });
      expect(await app.get('/traced/required', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/traced/refresh', forge())).toMatchObject({ status: 422 });
      expect(await app.get('/traced/open')).toMatchObject({ status: 200 });
    });
  });

  it('keeps its own rule when the constructor binds it', async () => {
    await withJwtApp(adapter, { controllers: [BoundController] }, async (app) => {
      expect(await app.get('/bound')).toMatchObject({ status: 401 });
      expect(await app.get('/bound', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/bound/terms')).toMatchObject({ status: 200 });
    });
  });

  it('passes its requirement on to the method that overrides it', async () => {
    await withJwtApp(adapter, { controllers: [OverridingController] }, async (app) => {
      expect(await app.get('/overriding')).toMatchObject({ status: 401 });
      expect(await app.get('/overriding/terms')).toMatchObject({ status: 200 });
    });
  });

  it('does not pass @Public() on to the method that overrides it', async () => {
    await withJwtApp(adapter, { controllers: [StrictController] }, async (app) => {
      expect(await app.get('/strict/terms')).toMatchObject({ status: 401 });
    });
  });

  it('stops the start on a class that is no controller', async () => {
    await expect(new TestApp(adapter, { providers: [Service] }).start()).rejects.toThrow(
      /^Service\.work has @JwtRequired\(\) or @Public\(\), but Nest does not call it for requests\./,
    );
  });

  it('stops the start if a replacing decorator has removed its route', async () => {
    @Controller('lost')
    class LostController {
      @Traced()
      @JwtRequired()
      @Get()
      read() {}
    }
    await expect(new TestApp(adapter, { controllers: [LostController] }).start()).rejects.toThrow(
      /^LostController\.read has .* put @Get\(\) above it\.$/,
    );
  });
});

describe.each(ADAPTERS)('a decorated controller without JwtExtendedModule on %s', (adapter) => {
  const served = async (controllers: Type[], work: (url: string) => Promise<void>) => {
    const running = await startApp(adapter, { controllers });
    try {
      await work(running.url);
    } finally {
      await running.close();
    }
  };

  it('refuses every request that needs a token, and serves the others', async () => {
    await served([PlainController], async (url) => {
      expect(await send('GET', `${url}/plain`)).toMatchObject({ status: 500 });
      expect(await send('GET', `${url}/plain`, { token: forge() })).toMatchObject({ status: 500 });
      expect(await send('GET', `${url}/plain/open`)).toMatchObject({ status: 200 });
    });
  });

  it('refuses them even if another application of the process has the module', async () => {
    await withJwtApp(adapter, { controllers: [PlainController] }, async (app) => {
      await served([PlainController], async (url) => {
        expect(await send('GET', `${url}/plain`, { token: forge() })).toMatchObject({ status: 500 });
      });
      expect(await app.get('/plain', forge())).toMatchObject({ status: 200 });
    });
  });

  it('checks their tokens after the module was loaded late', async () => {
    const running = await startApp(adapter, { controllers: [PlainController] });
    try {
      await running.app.get(LazyModuleLoader).load(() => jwtModule());
      expect(await send('GET', `${running.url}/plain`)).toMatchObject({ status: 401 });
      expect(await send('GET', `${running.url}/plain`, { token: forge() })).toMatchObject({ status: 200 });
    } finally {
      await running.close();
    }
  });
});

describe.each(ADAPTERS)('@Public() on a base class on %s', (adapter) => {
  it('stops the start with requireByDefault, because the derived controller does not show it', async () => {
    const app = new TestApp(adapter, { options: { requireByDefault: true }, controllers: [DerivedController] });
    await expect(app.start()).rejects.toThrow(/^DerivedController inherits @Public\(\) from PublicBase/);
  });

  it('changes nothing without requireByDefault', async () => {
    await withJwtApp(adapter, { controllers: [DerivedController] }, async (app) => {
      expect(await app.get('/derived')).toMatchObject({ status: 200 });
    });
  });
});

describe('@JwtRequired()', () => {
  it.each(['JwtRequired', 'Public'] as const)(
    '%s on a property, an accessor or a static method throws a TypeError',
    (name) => {
      const decorator = { JwtRequired, Public }[name]();
      class Cats {
        get size() {
          return 1;
        }
        static all() {}
      }
      const apply = decorator as (target: object, key: string, descriptor?: PropertyDescriptor) => void;
      const descriptorOf = (target: object, key: string) => Object.getOwnPropertyDescriptor(target, key);
      expect(() => apply(Cats.prototype, 'field')).toThrow(`@${name}() is on Cats.field, which is not a method`);
      expect(() => apply(Cats.prototype, 'size', descriptorOf(Cats.prototype, 'size'))).toThrow(TypeError);
      expect(() => apply(Cats, 'all', descriptorOf(Cats, 'all'))).toThrow(TypeError);
    },
  );
});
