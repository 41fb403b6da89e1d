import type { FactoryProvider, Provider } from '@nestjs/common';
import { ConcealedOptions } from './configuration.js';
import { JWT_EXTENDED_OPTIONS } from './module-definition.js';

/** Whether a provider of Nest's builder provides the options. */
export function providesOptions(provider: Provider): provider is FactoryProvider<unknown> {
  return 'provide' in provider && provider.provide === JWT_EXTENDED_OPTIONS;
}

/** The provider of the options from Nest's builder, with concealed values. */
export function concealOptions(provider: Provider): Provider {
  if (!providesOptions(provider)) return provider;
  const { useFactory } = provider;
  return { ...provider, useFactory: async (...args: unknown[]) => new ConcealedOptions(await useFactory(...args)) };
}
