import { Concealed } from '../types/concealed.js';
import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { isGuarded, isHandler, isJwtGuard, requirementOf } from '../routes/route-requirement.js';
import { addRequiredByDefault, removeRequiredByDefault } from '../routes/required-by-default.js';
import { ROUTE_RULE, type Handler } from '../routes/route-rules.js';
import { refuseSharedCache } from './cache-checks.js';
import { refuseUnguardedFields } from './field-checks.js';
import { recordReplacements, refuseInert, refuseInheritedPublic, type Host } from './handler-checks.js';
import { CONFIGURATION } from './configuration.js';
import { GLOBAL_GUARD } from './module-definition.js';
import { JwtGuard } from '../jwt.guard.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';

/** Stops the start of an application with a route that requires a token and would be open. */
@Injectable()
@Concealed()
export class StartChecks implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig | undefined,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  onModuleInit(): void {
    this.refuseSecondImport();
    const hosts = this.hosts();
    // Only a custom transport knows which methods are its handlers.
    if (this.settings.transports.length === 0) refuseInert(hosts);
    if (this.settings.requireByDefault) refuseInheritedPublic(hosts);
    recordReplacements(hosts);
    refuseSharedCache(hosts, this.globalInterceptors(), (method, host) => this.isRequired(method, host));
    refuseUnguardedFields(hosts, this.modules, this.settings.requireByDefault);
    if (!this.globalGuard && !this.hasGlobalGuard()) this.refuseUnguardedHandlers();
    if (this.settings.requireByDefault) hosts.forEach(({ controller }) => addRequiredByDefault(controller));
  }

  /** Runs again after all modules have started, because they may have replaced methods. Nest has bound the routes by then. */
  onApplicationBootstrap(): void {
    recordReplacements(this.hosts());
  }

  onApplicationShutdown(): void {
    if (this.settings.requireByDefault) this.hosts().forEach(({ controller }) => removeRequiredByDefault(controller));
  }

  /** All controllers and providers that are instances of a class. */
  private hosts(): Host[] {
    return [...this.discovery.getControllers(), ...this.discovery.getProviders()].flatMap((wrapper) => {
      const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : null;
      const made = typeof instance === 'object' && instance !== null ? instance : null;
      const controller: unknown = isClass(wrapper.metatype) ? wrapper.metatype : made?.constructor;
      return isClass(controller) ? [{ controller, instance: made }] : [];
    });
  }

  /** Finds the module by a symbol, because the ESM and CommonJS copies of this package can have their own classes. */
  private refuseSecondImport(): void {
    const own = [...this.modules.values()].filter(({ providers }) => providers.has(CONFIGURATION));
    if (own.length > 1) {
      throw new TypeError(
        'JwtExtendedModule is imported twice with options. Import forRoot() once, in the root module: its ' +
          'providers are global. For two kinds of token use claims, or encodeKey and decodeKey.',
      );
    }
  }

  private globalInterceptors(): unknown[] {
    const scoped = this.application?.getGlobalRequestInterceptors().map(({ metatype }) => metatype) ?? [];
    return [...(this.application?.getGlobalInterceptors() ?? []), ...scoped];
  }

  /** Whether the application bound the guard itself: `APP_GUARD` or `app.useGlobalGuards()`. */
  private hasGlobalGuard(): boolean {
    // Without one, Nest serves no handler.
    if (this.application === undefined) return true;
    const guard: unknown = this.moduleRef.get(JwtGuard);
    return (
      this.application.getGlobalGuards().some((bound) => bound === guard || isJwtGuard(bound)) ||
      this.application.getGlobalRequestGuards().some((wrapper) => isJwtGuard(wrapper.metatype))
    );
  }

  private refuseUnguardedHandlers(): void {
    const open = this.handlers((method, host) => this.isUnguarded(method, host));
    refuse(open, 'Add @UseGuards(JwtGuard) to it, or do not set globalGuard of JwtExtendedModule to false.');
  }

  /** The names of the methods of all controllers and providers for which `isMeant` is true. */
  private handlers(isMeant: (method: Handler, host: Type) => boolean): string[] {
    const hosts = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    return hosts.flatMap(({ metatype }) => {
      if (!isClass(metatype)) return [];
      const prototype = metatype.prototype as Record<string, Handler>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => isMeant(prototype[name] as Handler, metatype))
        .map((name) => `${metatype.name}.${name}`);
    });
  }

  private isUnguarded(method: Handler, host: Type): boolean {
    if (!isHandler(method) && !Reflect.hasMetadata(ROUTE_RULE, method)) return false;
    return this.isRequired(method, host) && !isGuardedAt(method, host);
  }

  private isRequired(method: Handler, host: Type): boolean {
    return requirementOf(method, host, this.settings.requireByDefault) !== null;
  }
}

function refuse(open: readonly string[], cure: string): void {
  if (open.length === 0) return;
  const verb = open.length > 1 ? 'require' : 'requires';
  throw new TypeError(`${open.join(', ')} ${verb} a token, but no JwtGuard would check it. ${cure}`);
}

function isGuardedAt(method: Handler, host: Type): boolean {
  return isGuarded(method) || isGuarded(host);
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object';
}
