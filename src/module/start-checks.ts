import { Concealed } from '../types/concealed.js';
import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import { handlersOf, nameOf, type DeclaredHandler } from '../access/handlers.js';
import { globalInterceptorsOf } from '../access/global-enhancers.js';
import { hostsOf } from '../access/hosts.js';
import { isGuarded, isJwtGuard } from '../routes/route-requirement.js';
import { addRequiredByDefault, removeRequiredByDefault } from '../routes/required-by-default.js';
import { refuseSharedCache } from './cache-checks.js';
import { refuseUnguardedFields } from './field-checks.js';
import { recordReplacements, refuseInert, refuseInheritedPublic } from './handler-checks.js';
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
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  onModuleInit(): void {
    this.refuseSecondImport();
    const hosts = hostsOf(this.modules);
    // Only a custom transport knows which methods are its handlers.
    if (this.settings.transports.length === 0) refuseInert(hosts);
    if (this.settings.requireByDefault) refuseInheritedPublic(hosts);
    recordReplacements(hosts);
    const handlers = handlersOf(hosts, this.settings.requireByDefault);
    refuseSharedCache(handlers, globalInterceptorsOf(this.application));
    refuseUnguardedFields(handlers, this.modules);
    if (!this.globalGuard && !this.hasGlobalGuard()) refuseUnguarded(handlers);
    if (this.settings.requireByDefault) hosts.forEach(({ controller }) => addRequiredByDefault(controller));
  }

  /** Runs again after all modules have started, because they may have replaced methods. Nest has bound the routes by then. */
  onApplicationBootstrap(): void {
    recordReplacements(hostsOf(this.modules));
  }

  onApplicationShutdown(): void {
    if (!this.settings.requireByDefault) return;
    hostsOf(this.modules).forEach(({ controller }) => removeRequiredByDefault(controller));
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
}

function refuseUnguarded(handlers: readonly DeclaredHandler[]): void {
  const open = handlers.filter(
    ({ requirement, method, host }) => requirement !== null && !isGuarded(method) && !isGuarded(host.controller),
  );
  if (open.length === 0) return;
  const verb = open.length > 1 ? 'require' : 'requires';
  throw new TypeError(
    `${open.map(nameOf).join(', ')} ${verb} a token, but no JwtGuard would check it. Add @UseGuards(JwtGuard) to it, or do not ` +
      'set globalGuard of JwtExtendedModule to false.',
  );
}
