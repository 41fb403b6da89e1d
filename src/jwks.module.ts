import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { jwksControllerAt } from './controllers/jwks.controller.js';
import type { Duration } from './options/duration.js';
import { readOptions, type OptionSection, type ReadersOf } from './options/option-section.js';
import { duration, text } from './options/readers.js';

/** Options of `JwksModule.forRoot()`. */
export interface JwksModuleOptions {
  /**
   * The path of the public keys. A global prefix is put before it, unless the prefix excludes the path.
   * @default '/.well-known/jwks.json'
   */
  path?: string | undefined;
  /**
   * How long clients may cache the keys (`Cache-Control: max-age`); `0`: clients ask every time.
   * @default '10m'
   */
  maxAge?: Duration | undefined;
  /**
   * The module with `KeyRing`, if `JwtExtendedModule` is not global.
   * @default []
   */
  imports?: ModuleMetadata['imports'] | undefined;
}

const OPTIONS = {
  path,
  /** Whole seconds. */
  maxAge: (section, name) => Math.floor(duration('10m')(section, name)),
  imports: modules,
} satisfies ReadersOf<JwksModuleOptions>;

/**
 * Publishes the public keys of `JwtExtendedModule` as a JWK Set (RFC 7517 s.5), so that other services can verify its
 * tokens. Retired keys are published as long as they verify. Secrets never are.
 *
 * @example imports: [JwtExtendedModule.forRoot({ algorithm: 'ES256', privateKey }), JwksModule.forRoot()]
 */
@Module({})
export class JwksModule {
  /**
   * The module for the `imports` of the root module.
   * @throws TypeError if an option is wrong; at the start also if all keys of the application are secrets.
   */
  static forRoot(options: JwksModuleOptions = {}): DynamicModule {
    const { path, maxAge, imports } = readOptions(options, OPTIONS, { owner: 'JwksModule' });
    return { module: JwksModule, imports, controllers: [jwksControllerAt(path, maxAge)] };
  }
}

function path(section: OptionSection, name: string): string {
  const value = text('/.well-known/jwks.json')(section, name);
  if (/^\/?[^\s:*?#/][^\s:*?#]*$/.test(value)) return value;
  return section.refuse(name, 'must be a path without parameters, such as /.well-known/jwks.json.');
}

function modules(section: OptionSection, name: string): NonNullable<ModuleMetadata['imports']> {
  return (section.raw(name) ?? []) as NonNullable<ModuleMetadata['imports']>;
}
