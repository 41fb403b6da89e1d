import { Inject, Injectable, type InjectionToken } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Concealed } from '../types/concealed.js';
import { JWT_EXTENDED_OPTIONS } from './module-definition.js';

type Module = ModulesContainer extends Map<string, infer Value> ? Value : never;
type Provider = Module['providers'] extends Map<InjectionToken, infer Value> ? Value : never;

/** A provider, and the names of the providers that lead to it. */
interface Step {
  readonly provider: Provider;
  readonly path: readonly string[];
}

/**
 * Refuses options that need a service which needs the options, such as a service with `TokenService`. Nest 11 waits for both
 * without end and without a message. This class needs no options, so Nest creates it in any case.
 */
@Injectable()
@Concealed()
export class CircleCheck {
  /** @throws Error if the providers of the options depend on the options. */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    for (const module of modules.values()) {
      const options = module.providers.get(JWT_EXTENDED_OPTIONS);
      const circle = options === undefined ? null : circleOf(options);
      if (circle !== null) throw new Error(messageFor(circle));
    }
  }
}

/** The names of the providers from the options back to the options. `null` if there is no circle. */
function circleOf(options: Provider): readonly string[] | null {
  const seen = new Set<Provider>();
  const steps: Step[] = [{ provider: options, path: [] }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    for (const token of dependenciesOf(step.provider)) {
      const provider = step.provider.host && find(token, step.provider.host);
      if (provider === options) return step.path;
      if (!provider || seen.has(provider)) continue;
      seen.add(provider);
      steps.push({ provider, path: [...step.path, nameOf(token)] });
    }
  }
  return null;
}

/** The tokens that Nest needs before it creates a provider. It does not wait for those behind `forwardRef()`. */
function dependenciesOf({ inject, metatype }: Provider): InjectionToken[] {
  if (inject) return tokensIn(inject);
  if (typeof metatype !== 'function') return [];
  const parameters = [...metadata(metatype, 'design:paramtypes')];
  for (const { index, param } of metadata<{ index: number; param: unknown }>(metatype, 'self:paramtypes')) {
    parameters[index] = param;
  }
  const properties = metadata<{ type: unknown }>(metatype, 'self:properties_metadata');
  return tokensIn([...parameters, ...properties.map(({ type }) => type)]);
}

function metadata<T = unknown>(target: object, key: string): readonly T[] {
  return (Reflect.getMetadata(key, target) ?? []) as readonly T[];
}

function tokensIn(dependencies: readonly unknown[]): InjectionToken[] {
  const tokens = dependencies.map((dependency) => {
    const isOptional = typeof dependency === 'object' && dependency !== null && 'token' in dependency;
    return isOptional ? dependency.token : dependency;
  });
  return tokens.filter((token) => ['function', 'string', 'symbol'].includes(typeof token)) as InjectionToken[];
}

/** The provider of a token, in the module or in those that it imports. Nest imports global modules everywhere. */
function find(token: InjectionToken, module: Module): Provider | null {
  const own = module.providers.get(token);
  if (own !== undefined) return own;
  const modules = new Set<Module>(module.imports);
  // A Set is read to its end, with the modules that are added meanwhile.
  for (const imported of modules) {
    const provider = imported.exports.has(token) ? imported.providers.get(token) : undefined;
    if (provider !== undefined) return provider;
    for (const inner of imported.imports) if (imported.exports.has(inner.metatype)) modules.add(inner);
  }
  return null;
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}

function messageFor(circle: readonly string[]): string {
  // The rest of the path is inside this library.
  const own = circle.filter((name) => !name.startsWith('Symbol('));
  return (
    `JwtExtendedModule.forRootAsync(): the options need themselves: options -> ${own.join(' -> ')} -> options. Inject ModuleRef ` +
    'from @nestjs/core instead, and get the service in the callback: ' +
    'userLookup: ({ sub }) => moduleRef.get(UsersService, { strict: false }).find(sub).'
  );
}
