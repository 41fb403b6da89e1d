import {
  applyDecorators,
  Controller,
  Get,
  Injectable,
  Module,
  Scope,
  UseInterceptors,
  VersioningType,
  type CallHandler,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import fc from 'fast-check';
import { JwtExtendedModule, JwtRequired, Public, type JwtExtendedModuleExtras } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp, type AdapterName } from '../support/adapters.js';
import { forge, SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';

/** Counts the calls of handlers: no handler may run without a token. */
let served = 0;

const serve = () => {
  served += 1;
  return { served: true };
};

type Method = (...args: unknown[]) => unknown;

/** Replaces the method, as decorators for tracing, caching and transactions do; its metadata is lost. */
const Traced: () => MethodDecorator = () => (_target, _key, descriptor) => {
  const original = descriptor.value as Method;
  return {
    ...descriptor,
    value: function traced(this: unknown, ...args: unknown[]) {
      return original.apply(this, args);
    },
  } as typeof descriptor;
};

/** Replaces the method and copies its metadata. */
const TracedWithMetadata: () => MethodDecorator = () => (_target, _key, descriptor) => {
  const original = descriptor.value as Method;
  const wrapper = (...args: unknown[]) => original(...args);
  for (const key of Reflect.getMetadataKeys(original)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
  }
  return { ...descriptor, value: wrapper } as typeof descriptor;
};

/** Replaces the method by a bound one, as `autobind` does: through an accessor that the instance overrides. */
const Memoised: () => MethodDecorator = () => (_target, _key, descriptor) => {
  const original = descriptor.value as Method;
  const anonymous = [(...args: unknown[]) => original(...args)][0];
  return { ...descriptor, value: anonymous } as typeof descriptor;
};

@Injectable()
class PassingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle();
  }
}

const METHOD_DECORATORS = {
  Get: () => Get('me'),
  JwtRequired: () => JwtRequired(),
  Traced,
  TracedWithMetadata,
  Memoised,
  UseInterceptors: () => UseInterceptors(PassingInterceptor),
} satisfies Record<string, () => MethodDecorator>;

type DecoratorName = keyof typeof METHOD_DECORATORS;

/** Decorates a method. The first name is the decorator nearest to the method. */
function decorate(target: object, name: string, order: readonly DecoratorName[], together: boolean): void {
  const decorators = order.map((each) => METHOD_DECORATORS[each]());
  // `applyDecorators` applies in the order of its arguments.
  const all = together ? [applyDecorators(...decorators)] : decorators;
  for (const each of all) {
    const descriptor = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
    Object.defineProperty(
      target,
      name,
      (each(target, name, descriptor) as PropertyDescriptor | undefined) ?? descriptor,
    );
  }
}

/** Changes to an instance of the controller, or to its class, after its decoration. */
const REPLACEMENTS = {
  none: (controller: Type) => controller,
  boundInConstructor: (controller: Type) =>
    class extends controller {
      constructor(...args: unknown[]) {
        super(...args);
        const self = this as unknown as { me: Method };
        self.me = self.me.bind(this);
      }
    },
  wrappedInConstructor: (controller: Type) =>
    class extends controller {
      constructor(...args: unknown[]) {
        super(...args);
        const self = this as unknown as { me: Method };
        const original = self.me;
        self.me = (...args) => original.apply(self, args);
      }
    },
  wrappedOnModuleInit: (controller: Type) =>
    class extends controller implements OnModuleInit {
      onModuleInit() {
        const self = this as unknown as { me: Method };
        const original = self.me;
        self.me = (...args) => original.apply(self, args);
      }
    },
  proxied: (controller: Type) =>
    class extends controller {
      constructor(...args: unknown[]) {
        super(...args);
        return new Proxy(this, {});
      }
    },
  proxiedWithNewFunctions: (controller: Type) =>
    class extends controller {
      constructor(...args: unknown[]) {
        super(...args);
        return new Proxy(this, {
          get(target, key, receiver) {
            const value: unknown = Reflect.get(target, key, receiver);
            if (typeof value !== 'function' || key === 'constructor') return value;
            return (...args: unknown[]) => (value as Method).apply(target, args);
          },
        });
      }
    },
  prototypeReplaced: (controller: Type) => {
    const { prototype } = controller as { prototype: Record<string, Method> };
    const original = prototype.me as Method;
    const wrapper: Method = (...args) => original(...args);
    for (const key of Reflect.getMetadataKeys(original)) {
      if (['path', 'method'].includes(key as string))
        Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
    }
    prototype.me = wrapper;
    return controller;
  },
  overridden: (controller: Type) => {
    class Overriding extends controller {
      me() {
        return serve();
      }
    }
    decorate(Overriding.prototype, 'me', ['Get'], false);
    return Overriding;
  },
};

/** The source of the controller's handler. */
const ORIGINS = {
  own: (make: (target: object) => void) => {
    class OwnController {
      me() {
        return serve();
      }
    }
    make(OwnController.prototype);
    return OwnController as Type;
  },
  inherited: (make: (target: object) => void) => {
    abstract class BaseController {
      me() {
        return serve();
      }
    }
    make(BaseController.prototype);
    return class InheritingController extends BaseController {} as Type;
  },
  generic: (make: (target: object) => void) => {
    class CrudController<Entity> {
      readonly entities: Entity[] = [];
      me() {
        return serve();
      }
    }
    make(CrudController.prototype);
    return class CatsController extends CrudController<string> {} as Type;
  },
  mixin: (make: (target: object) => void) => {
    const WithMe = (base: Type) => {
      class MixedIn extends base {
        me() {
          return serve();
        }
      }
      make(MixedIn.prototype);
      return MixedIn;
    };
    return WithMe(class {} as Type) as Type;
  },
  copied: (make: (target: object) => void) => {
    class Source {
      me() {
        return serve();
      }
    }
    make(Source.prototype);
    class Target {}
    Object.defineProperty(Target.prototype, 'me', Object.getOwnPropertyDescriptor(Source.prototype, 'me') ?? {});
    return Target as Type;
  },
};

/** The locations of the requirement, in addition to the method. */
const RULES = {
  method: () => undefined,
  class: (controller: Type) => JwtRequired()(controller),
  publicClass: (controller: Type) => Public()(controller),
};

const SCOPES = { DEFAULT: Scope.DEFAULT, REQUEST: Scope.REQUEST };

/** The ways in which an application imports the module of the library. */
const LAYOUTS = [
  'imported',
  'noGlobalGuard',
  'forgotten',
  'otherApplication',
  'lazy',
  'imported last',
  'dynamic',
] as const;

interface Way {
  order: DecoratorName[];
  together: boolean;
  origin: keyof typeof ORIGINS;
  replacement: keyof typeof REPLACEMENTS;
  rule: keyof typeof RULES;
  scope: keyof typeof SCOPES;
  layout: (typeof LAYOUTS)[number];
  versioned: boolean;
}

function controllerOf({ order, together, origin, replacement, rule, scope, versioned }: Way): Type {
  const made = ORIGINS[origin]((target) => decorate(target, 'me', order, together));
  const controller = REPLACEMENTS[replacement](made);
  RULES[rule](controller);
  Controller({ path: 'x', scope: SCOPES[scope], ...(versioned && { version: '1' }) })(controller);
  return controller;
}

const jwt = (extras: JwtExtendedModuleExtras = {}): DynamicModule =>
  JwtExtendedModule.forRoot({ secret: SECRET, ...extras });

function modulesOf(layout: Way['layout'], controller: Type): { imports: DynamicModule[]; controllers: Type[] } {
  class FeatureModule {}
  Module({})(FeatureModule);
  const feature = { module: FeatureModule, controllers: [controller] };
  switch (layout) {
    case 'imported':
    case 'dynamic':
      return { imports: [jwt(), feature], controllers: [] };
    case 'imported last':
      return { imports: [feature, jwt()], controllers: [] };
    case 'noGlobalGuard':
      return { imports: [jwt({ globalGuard: false }), feature], controllers: [] };
    default:
      return { imports: [], controllers: [controller] };
  }
}

/** The statuses of a request without and with a token. `null` if the application does not start. */
async function tried(adapter: AdapterName, way: Way): Promise<{ without: number; with: number } | null> {
  const path = way.versioned ? '/v1/x/me' : '/x/me';
  const other = way.layout === 'otherApplication' ? await startApp(adapter, { imports: [jwt()] }) : null;
  const prepare = (app: INestApplication) => {
    if (way.versioned) app.enableVersioning({ type: VersioningType.URI });
  };
  let running;
  try {
    running = await startApp(adapter, modulesOf(way.layout, controllerOf(way)), undefined, prepare);
  } catch {
    await other?.close();
    return null;
  }
  try {
    if (way.layout === 'lazy') await running.app.get(LazyModuleLoader).load(() => jwt());
    const without = await send('GET', `${running.url}${path}`);
    const withToken = await send('GET', `${running.url}${path}`, { token: forge() });
    return { without: without.status, with: withToken.status };
  } finally {
    await running.close();
    await other?.close();
  }
}

const orders = fc
  .shuffledSubarray(['Traced', 'TracedWithMetadata', 'Memoised', 'UseInterceptors'] as const, {
    minLength: 0,
    maxLength: 2,
  })
  .chain((others) =>
    fc.shuffledSubarray(['Get', 'JwtRequired', ...others] as DecoratorName[], { minLength: others.length + 2 }),
  );

const LOSES_METADATA: readonly DecoratorName[] = ['Traced', 'Memoised'];

const isLost = (name: DecoratorName, order: readonly DecoratorName[]) =>
  order.slice(order.indexOf(name)).some((after) => LOSES_METADATA.includes(after));

const isImported = (layout: Way['layout']) => ['imported', 'imported last', 'dynamic'].includes(layout);

/** Only the function of a copied method has its requirement and its guard, so a test cannot replace that function. */
const canBeKnown = ({ order, origin, replacement, layout }: Way): boolean => {
  if (origin !== 'copied') return true;
  const stays = isImported(layout) ? replacement !== 'prototypeReplaced' : replacement === 'none';
  return stays && !isLost('JwtRequired', order);
};

/** Whether a request with a token has to be served: Nest routes the handler, and the instance has the class's own method. */
const mustServe = ({ order, replacement, layout }: Way): boolean =>
  isImported(layout) && ['none', 'boundInConstructor'].includes(replacement) && !isLost('Get', order);

const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T)[];

const ways: fc.Arbitrary<Way> = fc
  .record({
    order: orders,
    together: fc.boolean(),
    origin: fc.constantFrom(...keysOf(ORIGINS)),
    replacement: fc.constantFrom(...keysOf(REPLACEMENTS)),
    rule: fc.constantFrom(...keysOf(RULES)),
    scope: fc.constantFrom(...keysOf(SCOPES)),
    layout: fc.constantFrom(...LAYOUTS),
    versioned: fc.boolean(),
  })
  .filter(canBeKnown);

describe.each(ADAPTERS)('a handler with a requirement on %s', (adapter) => {
  it('never runs for a request without a token, in every combination of decorators and classes', async () => {
    await fc.assert(
      fc.asyncProperty(ways, async (way) => {
        served = 0;
        const statuses = await tried(adapter, way);
        if (mustServe(way)) expect(statuses).toEqual({ without: 401, with: 200 });
        if (statuses === null) return;
        expect(served).toBeLessThanOrEqual(statuses.with === 200 ? 1 : 0);
        expect([401, 404, 500]).toContain(statuses.without);
      }),
      { numRuns: 120, endOnFailure: true },
    );
  });
});
