import { Inject, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HeldTokens } from './authentication/held-tokens.js';
import { JwtAuthenticator } from './authentication/jwt-authenticator.js';
import { ConnectionRegistry } from './connections/connection-registry.js';
import { StreamsInterceptor } from './connections/streams.interceptor.js';
import { JwtContextService } from './context/jwt-context.service.js';
import { JwtConnections } from './connections/jwt-connections.js';
import { ImplicitRefreshInterceptor } from './cookies/implicit-refresh.interceptor.js';
import { TokenCookieService } from './cookies/token-cookie.service.js';
import { ErrorResponder } from './errors/error-responder.js';
import { JwtExceptionFilter } from './jwt-exception.filter.js';
import {
  ConfigurableModuleClass,
  JWT_EXTENDED_OPTIONS,
  WITH_EXTRAS,
  type JwtExtendedModuleAsyncOptions,
} from './module/module-definition.js';
import { ContextEntries } from './module/context-entries.js';
import { CONTEXT_PROVIDERS } from './module/context-providers.js';
import { CircleCheck } from './module/circle-check.js';
import { ConcealedOptions, CONFIGURATION, configure, type Configuration } from './module/configuration.js';
import { EnhancerOrder } from './module/enhancer-order.js';
import { APPLICATION_FILTER } from './module/message-filter.js';
import { MessageFilters } from './module/message-filters.js';
import { requireOptions, requireSource } from './module/module-arguments.js';
import { MessageGuards } from './module/message-guards.js';
import { NEST_EXCEPTIONS } from './module/nest-exception-loader.js';
import { IdentityProviderReporter } from './module/identity-provider-reporter.js';
import { IdentityProviders } from './jwks/identity-providers.js';
import { JwtGuard } from './jwt.guard.js';
import { KeyRing } from './keys/key-ring.js';
import { OwnKeyRing } from './keys/own-key-ring.js';
import { OwnKeys } from './keys/own-keys.js';
import { KEY_SOURCE, type KeySource } from './keys/key-source.js';
import { ownKeySource } from './keys/own-key-source.js';
import type { JwtExtendedOptions } from './options/jwt-extended-options.js';
import type { JwtExtendedModuleExtras } from './options/module-extras.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import { concealOptions, providesOptions } from './module/options-provider.js';
import { ProductionReporter } from './module/production-reporter.js';
import { JwtEvents } from './events/jwt-events.js';
import { JwtCounters } from './module/jwt-counters.js';
import { refusalReport } from './module/refusal-report.js';
import { RevocationEvents } from './sessions/revocation-events.js';
import { RevocationReporter } from './module/revocation-reporter.js';
import { StartChecks } from './module/start-checks.js';
import { StreamHandlers } from './module/stream-handlers.js';
import { StaticOptionsCheck } from './module/static-options-check.js';
import { APPLICATION_GUARD } from './routes/route-guard.js';
import { TokenCodec } from './tokens/token-codec.js';
import { RevocationCheck } from './sessions/revocation-check.js';
import { SessionManager } from './sessions/session-manager.js';
import { TokenFactory } from './tokens/issuing/token-factory.js';
import { TokenVerifier } from './tokens/verifying/token-verifier.js';
import { TransportRegistration } from './module/transport-registration.js';
import { Door } from './sockets/door.js';
import { HandshakeCheck } from './sockets/handshake-check.js';
import { SocketHook } from './sockets/socket-hook.js';
import { Transports } from './transports/transports.js';
import { TokenService } from './token.service.js';
import { memberOf } from './types/members.js';

const PROVIDERS: Provider[] = [
  CircleCheck,
  {
    provide: CONFIGURATION,
    inject: [
      { token: JWT_EXTENDED_OPTIONS, optional: true },
      { token: WITH_EXTRAS, optional: true },
    ],
    useFactory: configure,
  },
  { provide: SETTINGS, inject: [CONFIGURATION], useFactory: ({ settings }: Configuration) => settings },
  { provide: OwnKeys, inject: [CONFIGURATION], useFactory: ({ ownKeys }: Configuration) => ownKeys },
  {
    provide: KeyRing,
    inject: [SETTINGS, OwnKeys],
    useFactory: (settings: Settings, keys: OwnKeys) => new OwnKeyRing(settings, keys),
  },
  {
    provide: Transports,
    inject: [SETTINGS],
    useFactory: ({ transports, rpc }: Settings) => new Transports(transports, rpc.token ?? null),
  },
  TransportRegistration,
  ...CONTEXT_PROVIDERS,
  JwtEvents,
  {
    provide: ErrorResponder,
    inject: [SETTINGS, JwtEvents],
    useFactory: (settings: Settings, events: JwtEvents) =>
      new ErrorResponder(settings, refusalReport(settings, events)),
  },
  {
    provide: IdentityProviders,
    inject: [SETTINGS],
    useFactory: (settings: Settings) => new IdentityProviders(settings),
  },
  {
    provide: KEY_SOURCE,
    inject: [SETTINGS, OwnKeys, IdentityProviders],
    useFactory: (settings: Settings, ownKeys: OwnKeys, providers: IdentityProviders) =>
      providers.combinedWith(ownKeySource(settings, ownKeys)),
  },
  TokenCodec,
  {
    provide: TokenVerifier,
    inject: [SETTINGS, KEY_SOURCE, TokenCodec, OwnKeys, IdentityProviders],
    useFactory: (
      settings: Settings,
      keys: KeySource,
      codec: TokenCodec,
      ownKeys: OwnKeys,
      providers: IdentityProviders,
    ) => {
      const verifier = new TokenVerifier(settings, keys, codec);
      ownKeys.onChange(() => verifier.clearCache());
      providers.whenWithdrawn(() => verifier.clearCache());
      return verifier;
    },
  },
  {
    provide: TokenFactory,
    inject: [SETTINGS, OwnKeys, TokenCodec, JwtEvents],
    useFactory: (settings: Settings, keys: OwnKeys, codec: TokenCodec, events: JwtEvents) =>
      new TokenFactory(settings, keys, codec, events),
  },
  RevocationEvents,
  {
    provide: SessionManager,
    inject: [SETTINGS, TokenFactory, RevocationEvents, JwtEvents],
    useFactory: (settings: Settings, factory: TokenFactory, events: RevocationEvents, jwtEvents: JwtEvents) =>
      new SessionManager(settings, factory, events, jwtEvents),
  },
  {
    provide: RevocationCheck,
    inject: [SETTINGS, SessionManager],
    useFactory: (settings: Settings, sessions: SessionManager) => new RevocationCheck(settings, sessions.revocation),
  },
  IdentityProviderReporter,
  RevocationReporter,
  JwtCounters,
  ProductionReporter,
  TokenService,
  TokenCookieService,
  ImplicitRefreshInterceptor,
  HeldTokens,
  JwtAuthenticator,
  ConnectionRegistry,
  JwtConnections,
  StreamsInterceptor,
  StreamHandlers,
  JwtGuard,
  { provide: APPLICATION_GUARD, useExisting: JwtGuard },
  JwtExceptionFilter,
  { provide: APPLICATION_FILTER, useExisting: JwtExceptionFilter },
  NEST_EXCEPTIONS,
  EnhancerOrder,
  MessageGuards,
  MessageFilters,
  HandshakeCheck,
  Door,
  SocketHook,
  StartChecks,
];

/** Access and refresh tokens for a Nest application: import it once, in the root module. */
@Module({
  imports: [DiscoveryModule],
  controllers: [StaticOptionsCheck],
  providers: PROVIDERS,
  exports: [
    TokenService,
    TokenCookieService,
    TokenFactory,
    TokenVerifier,
    SessionManager,
    IdentityProviders,
    KeyRing,
    RevocationEvents,
    JwtEvents,
    JwtConnections,
    JwtAuthenticator,
    JwtContextService,
    JwtGuard,
    JwtExceptionFilter,
    ErrorResponder,
    Transports,
    SETTINGS,
  ],
})
export class JwtExtendedModule {
  /** @internal */
  @Inject(ContextEntries)
  protected readonly entries?: ContextEntries | undefined;

  /** @internal Nest calls it when it collects the middleware of the modules. */
  configure(): void {
    this.entries?.enterRequests();
  }

  /** Imports the module with these options. Wrong options stop the start with a `TypeError` that says what to do. */
  static forRoot(options: JwtExtendedOptions & JwtExtendedModuleExtras): DynamicModule {
    requireOptions(options);
    const definition = ConfigurableModuleClass.forRoot(options);
    // Nest's copy of the object loses inherited properties, such as callbacks of a class. So the original is used.
    const own: Provider[] = [
      { provide: JWT_EXTENDED_OPTIONS, useValue: new ConcealedOptions(options) },
      { provide: WITH_EXTRAS, useValue: true },
    ];
    const others = (definition.providers ?? []).filter((provider) => !providesOptions(provider));
    return { ...definition, module: this, providers: [...others, ...own] };
  }

  /** Imports the module with options from other providers: `useFactory`, `useClass` or `useExisting`. */
  static forRootAsync(options: JwtExtendedModuleAsyncOptions): DynamicModule {
    requireSource(options);
    const { extraProviders: _extra, ...rest } = options;
    const extraProviders = (memberOf(options, 'extraProviders') ?? []) as Provider[];
    const definition = ConfigurableModuleClass.forRootAsync(rest);
    const own: Provider[] = [...extraProviders, { provide: WITH_EXTRAS, useValue: false }];
    const others = (definition.providers ?? []).map(concealOptions);
    return { ...definition, module: this, providers: [...own, ...others] };
  }
}
