import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { jwksControllerAt } from './controllers/jwks.controller.js';
import { toSeconds, type Duration } from './options/duration.js';

/** Where and how the public keys are published. */
export interface JwksModuleOptions {
  /** Default `/.well-known/jwks.json`; a global prefix goes before it, unless it is excluded there. */
  path?: string;
  /** For how long others may keep the document (`Cache-Control`); `0`: they ask each time; default `'10m'`. */
  maxAge?: Duration;
  /** The module with `KeyRing`, where `JwtExtendedModule` is not global. */
  imports?: ModuleMetadata['imports'];
}

const KNOWN = ['path', 'maxAge', 'imports'];

/**
 * Publishes the public keys of `JwtExtendedModule` as a JWK Set (RFC 7517 s.5), for other services to verify its tokens
 * with: import it beside it. Retired keys are among them as long as they verify; secrets never are.
 */
@Module({})
export class JwksModule {
  /** A wrong option, or an application that has secrets only, is a `TypeError`. */
  static forRoot(options: JwksModuleOptions = {}): DynamicModule {
    const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
    if (unknown !== undefined)
      throw new TypeError(`JwksModule option "${unknown}" does not exist. Known: ${KNOWN.join(', ')}.`);
    const { path = '/.well-known/jwks.json', maxAge = '10m', imports = [] } = options;
    if (typeof path !== 'string' || !/^\/?[^\s:*?#/][^\s:*?#]*$/.test(path)) {
      throw new TypeError(
        'JwksModule option "path" must be a path without parameters, such as /.well-known/jwks.json.',
      );
    }
    return { module: JwksModule, imports, controllers: [jwksControllerAt(path, readMaxAge(maxAge))] };
  }
}

function readMaxAge(maxAge: Duration): number {
  const seconds = toSeconds(maxAge);
  if (seconds < 0) throw new TypeError('JwksModule option "maxAge" must not be negative.');
  return Math.floor(seconds);
}
