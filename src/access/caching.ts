import { HEADERS, INTERCEPTORS } from '../routes/nest-metadata.js';
import type { DeclaredHandler } from './handlers.js';

/** The interceptors of a handler and of its class, without the global ones. */
export function interceptorsOf({ method, host }: DeclaredHandler): unknown[] {
  return [host.controller, method].flatMap((target) => (Reflect.getMetadata(INTERCEPTORS, target) ?? []) as unknown[]);
}

/** Whether an interceptor is Nest's own, or extends it without another key. */
export function cachesByUrl(interceptor: unknown): boolean {
  const owner = ancestorsOf(interceptor).find((link) => Object.hasOwn(link, 'trackBy'));
  return owner !== undefined && isCacheInterceptor(owner);
}

/** What caches the responses of a handler: the names of interceptors, and its `Cache-Control`. */
export function cachesOf(handler: DeclaredHandler, globalInterceptors: readonly unknown[]): readonly string[] {
  const names = [...globalInterceptors, ...interceptorsOf(handler)].filter(caches).map(nameOfInterceptor);
  return [...new Set([...names, ...cacheControlOf(handler)])];
}

/** Whether an interceptor stores responses, with any key. */
function caches(interceptor: unknown): boolean {
  return ancestorsOf(interceptor).some(isCacheInterceptor);
}

/** Recognises the class by its method, without an import. */
function isCacheInterceptor(prototype: object): boolean {
  return Object.hasOwn(prototype, 'isRequestCacheable');
}

/** The prototypes of an interceptor, of a class or an instance, the nearest first. */
function ancestorsOf(interceptor: unknown): object[] {
  const start: unknown =
    typeof interceptor === 'function' ? interceptor.prototype : Object.getPrototypeOf(Object(interceptor));
  const found: object[] = [];
  for (let link = start; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link))
    found.push(link);
  return found;
}

function nameOfInterceptor(interceptor: unknown): string {
  return typeof interceptor === 'function' ? interceptor.name : (interceptor as object).constructor.name;
}

/** The values of `@Header('Cache-Control', …)`. */
function cacheControlOf({ method }: DeclaredHandler): string[] {
  const headers = (Reflect.getMetadata(HEADERS, method) ?? []) as { name: string; value: unknown }[];
  const own = headers.filter(({ name }) => name.toLowerCase() === 'cache-control');
  return own.map(({ value }) => (typeof value === 'string' ? value : 'a function'));
}
