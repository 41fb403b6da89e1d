import type { Type } from '@nestjs/common';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { INTERCEPTORS, METHOD } from '../routes/nest-metadata.js';
import { isHandler } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';
import type { Host } from './handler-checks.js';

/** The values of Nest's `RequestMethod` whose responses `CacheInterceptor` caches: GET and ALL. */
const CACHED_METHODS: readonly unknown[] = [0, 5];

/**
 * Refuses Nest's `CacheInterceptor` on a route that requires a token. Its key is the URL alone, so one user would get the
 * cached response of another user.
 */
export function refuseSharedCache(
  hosts: readonly Host[],
  globalInterceptors: readonly unknown[],
  isProtected: (method: Handler, controller: Type) => boolean,
): void {
  const isGlobal = globalInterceptors.some(cachesByUrl);
  for (const { controller } of hosts) {
    for (const name of methodNames(controller)) {
      const method = methodOf(controller, name) as Handler;
      if (!isHandler(method) || !CACHED_METHODS.includes(Reflect.getMetadata(METHOD, method))) continue;
      if (!(isGlobal || isCachedAt(controller) || isCachedAt(method)) || !isProtected(method, controller)) continue;
      throw new TypeError(
        `CacheInterceptor caches the responses of ${controller.name}.${name} by their URL, so one user would get the ` +
          'response of another user. Use JwtCacheInterceptor of "nestjs-jwt-extended/cache" instead.',
      );
    }
  }
}

function isCachedAt(target: object): boolean {
  const interceptors = (Reflect.getMetadata(INTERCEPTORS, target) ?? []) as unknown[];
  return interceptors.some(cachesByUrl);
}

/** Whether an interceptor is Nest's own, or extends it without another key. Recognised by its methods, without an import. */
function cachesByUrl(interceptor: unknown): boolean {
  const start: unknown =
    typeof interceptor === 'function' ? interceptor.prototype : Object.getPrototypeOf(Object(interceptor));
  for (let link = start; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link)) {
    if (Object.hasOwn(link, 'trackBy')) return Object.hasOwn(link, 'isRequestCacheable');
  }
  return false;
}
