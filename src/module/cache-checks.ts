import { nameOf, type DeclaredHandler } from '../access/handlers.js';
import { cachesByUrl, interceptorsOf } from '../access/caching.js';
import { METHOD } from '../routes/nest-metadata.js';
import { isHandler } from '../routes/route-requirement.js';

/** The values of Nest's `RequestMethod` whose responses `CacheInterceptor` caches: GET and ALL. */
const CACHED_METHODS: readonly unknown[] = [0, 5];

/**
 * Refuses Nest's `CacheInterceptor` on a route that requires a token. Its key is the URL alone, so one user would get the
 * cached response of another user.
 */
export function refuseSharedCache(handlers: readonly DeclaredHandler[], globalInterceptors: readonly unknown[]): void {
  const isGlobal = globalInterceptors.some(cachesByUrl);
  for (const handler of handlers) {
    const { method, requirement } = handler;
    if (requirement === null || !isHandler(method) || !CACHED_METHODS.includes(Reflect.getMetadata(METHOD, method)))
      continue;
    if (!isGlobal && !interceptorsOf(handler).some(cachesByUrl)) continue;
    throw new TypeError(
      `CacheInterceptor caches the responses of ${nameOf(handler)} by their URL, so one user would get the ` +
        'response of another user. Use JwtCacheInterceptor of "nestjs-jwt-extended/cache" instead.',
    );
  }
}
