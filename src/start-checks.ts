import { Inject, Injectable, Logger, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { isGuarded, isJwtGuard, requirementOf, ROUTE_RULE } from './authentication/route-requirement.js';
import { GLOBAL_GUARD } from './jwt-extended.module-definition.js';
import { JwtGuard } from './jwt.guard.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import { describeMismatch } from './peer-versions.js';

// What Nest leaves on a method that answers requests, messages or events.
const HANDLER_MARKS = ['path', 'microservices:pattern', 'websockets:message_mapping', 'graphql:resolver_type'];

/** Stops the start of an application whose routes would be open although they ask for a token. */
@Injectable()
export class StartChecks implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  onModuleInit(): void {
    this.refuseSecondImport();
    const mismatch = describeMismatch();
    if (mismatch !== null) new Logger('JwtExtendedModule').warn(mismatch);
    if (!this.globalGuard && !this.hasGlobalGuard()) this.refuseUnguardedHandlers();
  }

  private refuseSecondImport(): void {
    const own = [...this.modules.values()].filter((module) => module.providers.has(StartChecks));
    if (own.length > 1) {
      throw new TypeError(
        'JwtExtendedModule is imported twice, with options each. Import forRoot() once, in the root module: its ' +
          'providers are global. For two kinds of token use claims, or encodeKey and decodeKey.',
      );
    }
  }

  /** Whether the application bound the guard itself: `APP_GUARD` or `app.useGlobalGuards()`. */
  private hasGlobalGuard(): boolean {
    const guard: unknown = this.moduleRef.get(JwtGuard);
    return (
      this.application.getGlobalGuards().some((bound) => bound === guard || isJwtGuard(bound)) ||
      this.application.getGlobalRequestGuards().some((wrapper) => isJwtGuard(wrapper.metatype))
    );
  }

  private refuseUnguardedHandlers(): void {
    const hosts = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    const open = hosts.flatMap(({ metatype }) => (isClass(metatype) ? this.unguardedHandlers(metatype) : []));
    if (open.length === 0) return;
    throw new TypeError(
      `${open.join(', ')} ${open.length > 1 ? 'require' : 'requires'} a token, but no JwtGuard would check it. Put ` +
        '@UseGuards(JwtGuard) there, or leave globalGuard of JwtExtendedModule at true.',
    );
  }

  private unguardedHandlers(host: Type): string[] {
    if (isGuarded(host)) return [];
    const prototype = host.prototype as Record<string, object>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => this.isUnguarded(prototype[name] as () => unknown, host))
      .map((name) => `${host.name}.${name}`);
  }

  private isUnguarded(method: () => unknown, host: Type): boolean {
    const isHandler = HANDLER_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
    if (!isHandler && !Reflect.hasMetadata(ROUTE_RULE, method)) return false;
    return requirementOf(method, host, this.settings.requireByDefault) !== null && !isGuarded(method);
  }
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object';
}
