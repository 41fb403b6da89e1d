import type { JwtExtendedModuleAsyncOptions } from './module-definition.js';

/** The options of the call itself. */
const ASYNC_NAMES: Readonly<Record<keyof JwtExtendedModuleAsyncOptions, true>> = {
  imports: true,
  inject: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
  provideInjectionTokensFrom: true,
  extraProviders: true,
  isGlobal: true,
  globalGuard: true,
  globalFilter: true,
};

/** Without this check, a missing environment variable ends in a Nest error that does not name it. */
export function requireOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  // The message does not contain the value, which may be a secret.
  const what = options === null ? 'null' : Array.isArray(options) ? 'list' : typeof options;
  throw new TypeError(
    `JwtExtendedModule.forRoot() needs an object of options, { secret: … } at least; it got ${what}.`,
  );
}

/** A call without a source of options would end in a Nest error too. An unknown name is mostly an option of the module. */
export function requireSource(options: Partial<JwtExtendedModuleAsyncOptions> | undefined): void {
  if (!(options?.useFactory ?? options?.useClass ?? options?.useExisting)) {
    throw new TypeError('JwtExtendedModule.forRootAsync() needs "useFactory", "useClass" or "useExisting".');
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(ASYNC_NAMES, name));
  if (unknown === undefined) return;
  const cure = unknown === 'global' ? 'Write isGlobal' : 'Return the options of the module from useFactory';
  throw new TypeError(`JwtExtendedModule.forRootAsync() has no option "${unknown}". ${cure}.`);
}
