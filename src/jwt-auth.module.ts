import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type ModuleMetadata,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { JwtAuthModuleExtras, JwtAuthOptions } from './log-in/log-in-options.js';
import {
  LOG_IN_CONTROLLER,
  LOG_IN_SETTINGS,
  readDecorators,
  readLogInCall,
  readLogInOptions,
} from './log-in/log-in-settings.js';
import { logInController } from './log-in/log-in.controller.js';
import { LogInSession } from './log-in/log-in-session.js';
import { LogInStart } from './log-in/log-in-start.js';
import { LogIn } from './log-in/log-in.js';
import { PresentedTokens } from './log-in/presented-tokens.js';

/** Injects the options as the application passed them. */
const LOG_IN_OPTIONS = Symbol.for('nestjs-jwt-extended.log-in-options');

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<JwtAuthOptions>({
  optionsInjectionToken: LOG_IN_OPTIONS,
  // Nest 10 compares modules by their texts, and two log-ins can have the same text.
  alwaysTransient: true,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createJwtAuthOptions')
  .build();

/** How `forRootAsync()` gets the options: `useFactory`, `useClass` or `useExisting`, as in other modules of Nest. */
export type JwtAuthModuleAsyncOptions<User = unknown> = ConfigurableModuleAsyncOptions<
  JwtAuthOptions<User>,
  'createJwtAuthOptions'
> &
  Pick<JwtAuthModuleExtras, 'decorators'>;

/**
 * A log-in by name and password: `POST /auth` returns tokens, or sets them as cookies. Further routes refresh them, log the user
 * out and list the sessions. Import it once for each kind of user, next to `JwtExtendedModule`.
 *
 * @example
 * imports: [
 *   JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY }),
 *   JwtAuthModule.forRoot({ authenticate: (username, password) => users.find(username, password) }),
 * ]
 */
@Module({})
export class JwtAuthModule implements OnModuleInit {
  /** @internal */
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /**
   * The module for the `imports` of the root module.
   *
   * @throws TypeError if an option is wrong; at the start also if an option needs another one.
   */
  static forRoot<User>(options: JwtAuthOptions<User> & JwtAuthModuleExtras): DynamicModule {
    const { imports, decorators, ...settings } = readLogInCall(options);
    const definition = ConfigurableModuleClass.forRoot(options);
    // The settings replace the provider of the options, and the other provider makes the module different from every other one.
    const others = (definition.providers ?? []).filter((provider) => !providesOptions(provider));
    const own: Provider[] = [{ provide: LOG_IN_SETTINGS, useValue: settings }];
    return moduleWith({ imports, providers: [...others, ...own] }, decorators);
  }

  /**
   * The module with options from other providers: `useFactory`, `useClass` or `useExisting`. `decorators` stands in the call.
   *
   * @throws TypeError if an option is wrong, when the application starts.
   */
  static forRootAsync<User>(options: JwtAuthModuleAsyncOptions<User>): DynamicModule {
    const { decorators, rest } = readAsyncCall(options);
    const { imports, providers = [] } = ConfigurableModuleClass.forRootAsync(rest);
    const own: Provider = {
      provide: LOG_IN_SETTINGS,
      inject: [LOG_IN_OPTIONS],
      // A copy: the option `instrument` of Nest can put a proxy before each provider, and a proxy cannot replace the functions
      // of a frozen object.
      useFactory: (options: unknown) => ({ ...readLogInOptions(options) }),
    };
    return moduleWith({ imports, providers: [...providers, own] }, decorators);
  }

  /**
   * Checks that the options are read once, at the start.
   *
   * @throws TypeError if they depend on a request: Nest would create the controller for each request
   */
  onModuleInit(): void {
    for (const { providers } of this.modules.values()) {
      if (providers.get(LOG_IN_SETTINGS)?.isDependencyTreeStatic() ?? true) continue;
      throw new TypeError(
        'JwtAuthModule.forRootAsync(): the options depend on a request-scoped provider. They are read once, at the start. ' +
          'The callback authenticate gets the request as its last argument.',
      );
    }
  }
}

function moduleWith(
  { imports, providers = [] }: Pick<ModuleMetadata, 'imports' | 'providers'>,
  decorators: readonly MethodDecorator[],
): DynamicModule {
  const controller = logInController(decorators);
  return {
    module: JwtAuthModule,
    imports,
    controllers: [controller],
    providers: [
      ...providers,
      { provide: LOG_IN_CONTROLLER, useValue: controller },
      PresentedTokens,
      LogIn,
      LogInSession,
      LogInStart,
    ],
  };
}

function providesOptions(provider: Provider): boolean {
  return 'provide' in provider && provider.provide === LOG_IN_OPTIONS;
}

const ASYNC_NAMES: Readonly<Record<keyof JwtAuthModuleAsyncOptions, true>> = {
  imports: true,
  inject: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
  provideInjectionTokensFrom: true,
  decorators: true,
};

function readAsyncCall(options: object | undefined): { decorators: readonly MethodDecorator[]; rest: object } {
  const { decorators, ...rest } = (options ?? {}) as JwtAuthModuleAsyncOptions;
  if (!(rest.useFactory ?? rest.useClass ?? rest.useExisting)) {
    throw new TypeError('JwtAuthModule.forRootAsync() needs "useFactory", "useClass" or "useExisting".');
  }
  const unknown = Object.keys(rest).find((name) => !Object.hasOwn(ASYNC_NAMES, name));
  if (unknown === undefined) return { decorators: readDecorators(decorators), rest };
  throw new TypeError(
    `JwtAuthModule.forRootAsync() has no option "${unknown}". Return the options of the log-in from useFactory.`,
  );
}
