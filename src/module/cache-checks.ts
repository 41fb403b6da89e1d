import type { Type } from '@nestjs/common';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { INTERCEPTORS, METHOD } from '../routes/nest-metadata.js';
import { isHandler } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';
import type { Host } from './handler-checks.js';

/** The values of Nest's `RequestMethod` whose answers its `CacheInterceptor` keeps: GET and ALL. */
const CACHED_METHODS: readonly unknown[] = [0, 5];

/**
 * Refuses Nest's `CacheInterceptor` on a route that needs a token. Its key is the address alone, so it would answer one
 * user with what it keeps of another one.
 */
export function refuseSharedCache(
  hosts: readonly Host[],
  globalInterceptors: readonly unknown[],
  isProtected: (method: Handler, controller: Type) => boolean,
): void {
  const isGlobal = globalInterceptors.some(keepsByAddress);
  for (const { controller } of hosts) {
    for (const name of methodNames(controller)) {
      const method = methodOf(controller, name) as Handler;
      if (!isHandler(method) || !CACHED_METHODS.includes(Reflect.getMetadata(METHOD, method))) continue;
      if (!(isGlobal || isCachedAt(controller) || isCachedAt(method)) || !isProtected(method, controller)) continue;
      throw new TypeError(
        `CacheInterceptor keeps the answers of ${controller.name}.${name} by their address, so one user would get the ` +
          'answer of another one. Use JwtCacheInterceptor of "nestjs-jwt-extended/cache" there.',
      );
    }
  }
}

function isCachedAt(target: object): boolean {
  const interceptors = (Reflect.getMetadata(INTERCEPTORS, target) ?? []) as unknown[];
  return interceptors.some(keepsByAddress);
}

/** Nest's own interceptor, or a class that extends it and leaves its key as it is. Known by its form, not by an import. */
function keepsByAddress(interceptor: unknown): boolean {
  const start: unknown =
    typeof interceptor === 'function' ? interceptor.prototype : Object.getPrototypeOf(Object(interceptor));
  for (let link = start; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link)) {
    if (Object.hasOwn(link, 'trackBy')) return Object.hasOwn(link, 'isRequestCacheable');
  }
  return false;
}
