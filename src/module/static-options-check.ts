import { Controller, Inject } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CONFIGURATION } from './configuration.js';

/**
 * Refuses options that depend on a request. Nest would make the guard, the checks at the start and the store anew for each
 * request, and would run none of the checks. A controller without routes: Nest makes the controllers of a module when the
 * dependencies of all its providers are known, and before it registers global guards.
 */
@Controller()
export class StaticOptionsCheck {
  /** @throws TypeError where the options, or a provider they inject, have request scope. */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    const configurations = [...modules.values()].map(({ providers }) => providers.get(CONFIGURATION));
    if (configurations.every((configuration) => configuration?.isDependencyTreeStatic() ?? true)) return;
    throw new TypeError(
      'JwtExtendedModule.forRootAsync(): the options depend on a request-scoped provider (REQUEST, or a provider that ' +
        'injects it). They are read once, at the start. For a key per tenant use the options encodeKey and decodeKey; ' +
        'callbacks get the request as their last argument.',
    );
  }
}
