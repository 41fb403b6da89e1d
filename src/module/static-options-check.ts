import { Concealed } from '../types/concealed.js';
import { Controller, Inject } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CONFIGURATION } from './configuration.js';

/**
 * Refuses options that depend on a request. Nest would create the guard, the start checks and the store for each request, and
 * would not run the start checks. This class is a controller without routes, because Nest creates the controllers of a module
 * at the right time: after it knows the dependencies of all providers, and before it registers global guards.
 */
@Controller()
@Concealed()
export class StaticOptionsCheck {
  /** @throws TypeError if the options, or a provider they inject, have request scope. */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    const configurations = [...modules.values()].map(({ providers }) => providers.get(CONFIGURATION));
    if (!configurations.every((configuration) => configuration?.isDependencyTreeStatic() ?? true)) {
      throw new TypeError(
        'JwtExtendedModule.forRootAsync(): the options depend on a request-scoped provider (REQUEST, or a provider that ' +
          'injects it). They are read once, at the start. For a key per tenant use the options encodeKey and decodeKey; ' +
          'callbacks get the request as their last argument.',
      );
    }
    removeFrom(modules);
  }
}

/** Nest would log this class among the controllers that have routes. */
function removeFrom(modules: ModulesContainer): void {
  for (const { controllers } of modules.values()) controllers.delete(StaticOptionsCheck);
}
