import type { CurrentCall } from './current-call.js';

/** The name of the variable in views (`current_user`). */
const NAME = 'current_user';

/** A response of Express or Fastify, whose `locals` are variables of its views. */
export interface ViewResponse {
  locals?: unknown;
}

/**
 * Gives the views of a response the variable `current_user`: the user, without `userLookup` the claims, `null` for an
 * anonymous request. A variable of the application with that name stays.
 */
export function provideCurrentUser(response: ViewResponse | null | undefined, call: CurrentCall): void {
  // A test can call the interceptor without a response.
  if (typeof response !== 'object' || response === null) return;
  if (typeof response.locals !== 'object' || response.locals === null) response.locals = {};
  const locals = response.locals as Record<string, unknown>;
  if (NAME in locals) return;
  Object.defineProperty(locals, NAME, {
    configurable: true,
    enumerable: true,
    get: () => userOf(call),
    set: (value: unknown) => {
      Object.defineProperty(locals, NAME, { configurable: true, enumerable: true, writable: true, value });
    },
  });
}

function userOf({ context }: CurrentCall): unknown {
  return context?.user ?? context?.payload ?? null;
}
