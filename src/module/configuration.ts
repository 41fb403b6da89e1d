import { OwnKeys } from '../keys/own-keys.js';
import { resolveOptions } from '../options/resolve-settings.js';
import type { Settings } from '../options/settings.js';

/** What the options come to: the settings, and the keys ready for use. */
export interface Configuration {
  readonly settings: Settings;
  readonly ownKeys: OwnKeys;
}

/** Injects the `Configuration`. */
export const CONFIGURATION = Symbol.for('nestjs-jwt-extended.configuration');

/** Holds the application's options, so that no inspection of a provider prints a secret. */
export class ConcealedOptions {
  readonly #options: unknown;

  constructor(options: unknown) {
    this.#options = options;
  }

  reveal(): unknown {
    return this.#options;
  }
}

/**
 * Checks the options and prepares the keys in one step: after it nothing but `KeyObject`s holds key material. A test may
 * have replaced the concealed options by plain ones.
 */
export function configure(given: unknown, withExtras: boolean | undefined): Configuration {
  if (withExtras === undefined) {
    throw new TypeError(
      'JwtExtendedModule is imported without options. Import JwtExtendedModule.forRoot({ secret: … }) once, in the root ' +
        'module. Its providers are global, so other modules import nothing.',
    );
  }
  const options = given instanceof ConcealedOptions ? given.reveal() : given;
  const { settings, keyMaterial } = resolveOptions(options, withExtras);
  return { settings, ownKeys: new OwnKeys(settings, keyMaterial) };
}
