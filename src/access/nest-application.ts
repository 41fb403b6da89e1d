import type { INestApplicationContext, Type } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';

/** The parts of an application that the reader of handlers needs. */
export interface NestParts {
  readonly modules: ModulesContainer;
  /** An empty one where Nest has none: in `createApplicationContext()` of Nest 10 and 11. */
  readonly config: ApplicationConfig;
  readonly settings: Settings;
}

/**
 * Reads the parts of a started or created application.
 *
 * @throws TypeError if the application does not import `JwtExtendedModule`
 */
export function partsOf(app: INestApplicationContext, caller: string): NestParts {
  const settings = find<Settings>(app, SETTINGS);
  if (settings === undefined) {
    throw new TypeError(`${caller}() needs an application that imports JwtExtendedModule.forRoot() or forRootAsync().`);
  }
  const modules = app.get(ModulesContainer, { strict: false });
  return { modules, settings, config: find(app, ApplicationConfig) ?? new ApplicationConfig() };
}

function find<T>(app: INestApplicationContext, token: symbol | Type<T>): T | undefined {
  try {
    return app.get<T>(token, { strict: false });
  } catch {
    // Nest throws for an unknown provider.
    return undefined;
  }
}
