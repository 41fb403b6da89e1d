import { OwnKeys } from '../keys/own-keys.js';
import { resolveOptions } from '../options/resolve-settings.js';
import type { Settings } from '../options/settings.js';

/** The settings and the prepared keys. */
export interface Configuration {
  readonly settings: Settings;
  readonly ownKeys: OwnKeys;
}

/** Injects the `Configuration`. */
export const CONFIGURATION = Symbol.for('nestjs-jwt-extended.configuration');

/** Conceals the application's options, so that printing a provider shows no secret. */
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
 * Checks the options and prepares the keys in one step. After that, only `KeyObject`s contain key material. A test can
 * replace the concealed options by plain ones.
 */
export function configure(value: unknown, withExtras: boolean | undefined): Configuration {
  if (withExtras === undefined) {
    throw new TypeError(
      'JwtExtendedModule is imported without options. Import JwtExtendedModule.forRoot({ secret: … }) once, in the root ' +
        'module. Its providers are global, so other modules import nothing.',
    );
  }
  if ((value ?? null) === null && !withExtras) {
    throw new TypeError(
      'JwtExtendedModule.forRootAsync(): Nest needs the options before the factory has returned them, because the factory ' +
        'injects a service with forwardRef() that needs the options. Inject ModuleRef instead, and get the service in the callback.',
    );
  }
  const options = value instanceof ConcealedOptions ? value.reveal() : value;
  const { settings, keyMaterial } = resolveOptions(options, withExtras);
  return { settings, ownKeys: new OwnKeys(settings, keyMaterial) };
}
