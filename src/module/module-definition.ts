import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { JwtExceptionFilter } from '../jwt-exception.filter.js';
import { JwtGuard } from '../jwt.guard.js';
import type { JwtExtendedOptions } from '../options/jwt-extended-options.js';
import { refuse } from '../options/option-section.js';
import { show } from '../options/shown-value.js';
import { EXTRAS, type JwtExtendedModuleExtras } from '../options/module-extras.js';
import { memberOf, membersOf } from '../types/members.js';

/** A class that provides the options, for `useClass` and `useExisting`. */
export interface JwtExtendedOptionsFactory {
  /** The options, or a promise of them. */
  createJwtExtendedOptions(): JwtExtendedOptions | Promise<JwtExtendedOptions>;
}

/** How `forRootAsync()` gets the options: `useFactory`, `useClass` or `useExisting`, as in other modules of Nest. */
export type JwtExtendedModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  JwtExtendedOptions,
  'createJwtExtendedOptions'
> &
  JwtExtendedModuleExtras & {
    /** Further providers of this module, which the factory can inject. */
    extraProviders?: Provider[] | undefined;
  };

/** Injects whether the module's guard is bound to every route. */
export const GLOBAL_GUARD = Symbol.for('nestjs-jwt-extended.global-guard');

/** Injects whether the options object also has the extras of the module, as in `forRoot()`. */
export const WITH_EXTRAS = Symbol.for('nestjs-jwt-extended.with-extras');

/**
 * Injects the options of `JwtExtendedModule`. A test overrides it to run the application with other options.
 *
 * @example
 * builder.overrideProvider(JWT_EXTENDED_OPTIONS).useValue({ secret: 'a secret of the tests', cookies: { secure: false } });
 */
export const JWT_EXTENDED_OPTIONS: unique symbol = Symbol.for('nestjs-jwt-extended.options');

/** The methods `forRoot` and `forRootAsync`, built by Nest. */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<JwtExtendedOptions>({
  optionsInjectionToken: JWT_EXTENDED_OPTIONS,
  // The options are concealed, so Nest's deep-hash algorithm would treat two imports with different options as one.
  alwaysTransient: true,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createJwtExtendedOptions')
  .setExtras<JwtExtendedModuleExtras>(EXTRAS, withExtras)
  .build();

/** Uses `useExisting`, so that a test that overrides `JwtGuard` or `JwtExceptionFilter` overrides these too. */
function withExtras(definition: DynamicModule, extras: JwtExtendedModuleExtras): DynamicModule {
  for (const name of Object.keys(EXTRAS) as (keyof JwtExtendedModuleExtras)[]) {
    const value: unknown = memberOf(extras, name);
    // A falsy text from the environment would turn the guard off.
    if (value !== undefined && typeof value !== 'boolean') refuse(name, `must be true or false; it is ${show(value)}.`);
  }
  const {
    isGlobal = true,
    globalGuard = true,
    globalFilter = true,
  } = membersOf(extras, ['isGlobal', 'globalGuard', 'globalFilter']);
  const providers: Provider[] = [...(definition.providers ?? []), { provide: GLOBAL_GUARD, useValue: globalGuard }];
  if (globalGuard) providers.push({ provide: APP_GUARD, useExisting: JwtGuard });
  if (globalFilter) providers.push({ provide: APP_FILTER, useExisting: JwtExceptionFilter });
  return { ...definition, global: isGlobal, providers };
}
