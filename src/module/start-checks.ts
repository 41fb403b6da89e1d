import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import {
  ApplicationConfig,
  DiscoveryService,
  HttpAdapterHost,
  MetadataScanner,
  ModuleRef,
  ModulesContainer,
} from '@nestjs/core';
import { isGuarded, isJwtGuard, requirementOf } from '../routes/route-requirement.js';
import { forgetRequiredByDefault, noteRequiredByDefault } from '../routes/required-by-default.js';
import { ROUTE_RULE, type Handler } from '../routes/route-rules.js';
import { refuseSharedCache } from './cache-checks.js';
import { noteReplacements, refuseInert, refuseInheritedPublic, type Host } from './handler-checks.js';
import { GLOBAL_GUARD } from './module-definition.js';
import { JwtGuard } from '../jwt.guard.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { describeMismatch, majorOf } from './peer-versions.js';

// The metadata keys of methods that Nest calls for requests, messages or events.
const ROUTE = 'path';
const MESSAGE = 'microservices:pattern';
const SOCKET_MESSAGE = 'websockets:message_mapping';
const QUERY = 'graphql:resolver_type';
const FIELD = 'graphql:resolve_property';
const HANDLER_MARKS = [ROUTE, MESSAGE, SOCKET_MESSAGE, QUERY];

// The first major version of Nest that calls global guards for messages of WebSockets.
const SOCKETS_GUARDED_SINCE = 12;

/** Stops the start of an application with a route that requires a token and would be open. */
@Injectable()
export class StartChecks implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Optional() @Inject(GLOBAL_GUARD) private readonly globalGuard: boolean,
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    this.refuseSecondImport();
    const mismatch = describeMismatch();
    if (mismatch !== null) new Logger('JwtExtendedModule').warn(mismatch);
    const hosts = this.hosts();
    // Only a custom transport knows which methods are its handlers.
    if (this.settings.transports.length === 0) refuseInert(hosts);
    if (this.settings.requireByDefault) refuseInheritedPublic(hosts);
    noteReplacements(hosts);
    refuseSharedCache(hosts, this.globalInterceptors(), (method, host) => this.isRequired(method, host));
    this.refuseUnreachedHandlers();
    if (!this.globalGuard && !this.hasGlobalGuard()) this.refuseUnguardedHandlers();
    if (this.settings.requireByDefault) hosts.forEach(({ controller }) => noteRequiredByDefault(controller));
  }

  /** Runs again after all modules have started, because they may have replaced methods. Nest has bound the routes by then. */
  onApplicationBootstrap(): void {
    noteReplacements(this.hosts());
  }

  onApplicationShutdown(): void {
    if (this.settings.requireByDefault) this.hosts().forEach(({ controller }) => forgetRequiredByDefault(controller));
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

  private refuseSecondImport(): void {
    const own = [...this.modules.values()].filter((module) => module.providers.has(StartChecks));
    if (own.length > 1) {
      throw new TypeError(
        'JwtExtendedModule is imported twice with options. Import forRoot() once, in the root module: its ' +
          'providers are global. For two kinds of token use claims, or encodeKey and decodeKey.',
      );
    }
  }

  private globalInterceptors(): unknown[] {
    const scoped = this.application.getGlobalRequestInterceptors().map(({ metatype }) => metatype);
    return [...this.application.getGlobalInterceptors(), ...scoped];
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
    const open = this.handlers((method, host) => this.isUnguarded(method, host));
    refuse(open, 'Add @UseGuards(JwtGuard) to it, or do not set globalGuard of JwtExtendedModule to false.');
  }

  /** Nest does not call every guard for every handler, whether the guard is global or bound by hand. */
  private refuseUnreachedHandlers(): void {
    const open = this.handlers((method, host) => isField(method, host) || this.isUnreached(method, host));
    refuse(
      open,
      'Outside of HTTP routes Nest does not call every guard, and tokens cannot be read there yet. Mark it @Public(), and ' +
        'check the token in the handler with JwtAuthenticator.authenticateToken().',
    );
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
    const isHandler = HANDLER_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
    if (!isHandler && !Reflect.hasMetadata(ROUTE_RULE, method)) return false;
    return this.isRequired(method, host) && !isGuardedAt(method, host);
  }

  /** Whether a handler has a requirement, and Nest calls neither its own guard nor a global one. */
  private isUnreached(method: Handler, host: Type): boolean {
    const mayBeMissed =
      (Reflect.hasMetadata(SOCKET_MESSAGE, method) && this.missesSockets) ||
      (Reflect.hasMetadata(MESSAGE, method) && this.missesMessages);
    return mayBeMissed && this.isRequired(method, host) && !isGuardedAt(method, host);
  }

  private get missesSockets(): boolean {
    return Number(majorOf('@nestjs/websockets') ?? 0) < SOCKETS_GUARDED_SINCE;
  }

  /** In an application with HTTP, `connectMicroservice()` calls global guards only with `inheritAppConfig`. */
  private get missesMessages(): boolean {
    return Boolean(this.adapterHost.httpAdapter);
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

/** Whether a GraphQL field has its own requirement. Nest calls no guard for fields. */
function isField(method: Handler, host: Type): boolean {
  const hasOwn = Reflect.hasMetadata(ROUTE_RULE, method) || isGuarded(method);
  return Reflect.hasMetadata(FIELD, method) && hasOwn && requirementOf(method, host, false) !== null;
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object';
}
