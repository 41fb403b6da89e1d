import type { ArgumentsHost, ExecutionContext, Type } from '@nestjs/common';
import { isExempt, requirementOf } from '../routes/route-requirement.js';
import { isRequiredByDefault } from '../routes/required-by-default.js';
import type { Handler } from '../routes/route-rules.js';
import { isContext, memoryKeysOf } from '../transports/memory-keys.js';
import type { JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import { markChecked, markVerified } from '../types/verified-payload.js';
import { findResult, isFor, replaceResults, type CheckResult, type HandlerOfClass } from './request-memory.js';

/** The parts of a token that a test sets. The other parts are those of an ordinary access token. */
export interface JwtContextLike extends Partial<Omit<JwtContext, 'payload'>> {
  /** The claims. `type` is `'access'`, `fresh` is `false` and `jti` is `null`, unless they are set here. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The checked token of a request, for guards and interceptors of the application. It is `null` for an anonymous request,
 * and on a route that needs no token. For a context it is the result for that handler; for a request, the last result.
 *
 * @throws Error where the route requires a token and no check ran: the caller runs before `JwtGuard`.
 * @example
 * const isAdmin = getJwtContext(context)?.payload.role === 'admin';
 */
export function getJwtContext<User = unknown>(contextOrRequest: ExecutionContext | object): JwtContext<User> | null {
  const found = storedContext(contextOrRequest);
  if (found === undefined && isContext(contextOrRequest)) refuseUnchecked(contextOrRequest as ExecutionContext);
  return (found ?? null) as JwtContext<User> | null;
}

/** `null` would mean an anonymous request, and a guard could let it in. */
function refuseUnchecked(context: ExecutionContext): void {
  const target = handlerOf(context);
  if (target === null || !isCheckDue(target, context)) return;
  const { handler, controller } = target as { handler: Handler; controller: Type };
  throw new Error(
    `getJwtContext() was called for ${controller.name}.${handler.name}, but JwtGuard has not checked its token yet. ` +
      'Nest must call JwtGuard first: do not set globalGuard to false, or name JwtGuard before your guard in @UseGuards(). ' +
      'In a test that replaces JwtGuard, call setJwtContext() before.',
  );
}

function isCheckDue({ handler, controller }: HandlerOfClass, context: ExecutionContext): boolean {
  if (handler === null || controller === null) return false;
  const byDefault = isRequiredByDefault(controller);
  if (requirementOf(handler as Handler, controller as Type, byDefault) === null) return false;
  return !isExempt(context, context.switchToHttp().getRequest<Partial<HttpRequest> | undefined>()?.method);
}

/**
 * Remembers a token for a request as the guard does, for tests that replace the guard. `null` makes the request anonymous.
 *
 * @throws TypeError for a context without an object among its arguments, which cannot be remembered.
 * @example
 * setJwtContext(context, { payload: { sub: 'alice', role: 'admin' }, user: alice });
 */
export function setJwtContext(contextOrRequest: ExecutionContext | object, context: JwtContextLike | null): void {
  const [key] = memoryKeysOf(contextOrRequest);
  if (key === undefined) {
    throw new TypeError(
      'setJwtContext() cannot store a token for this context, because none of its arguments is an object. Pass a ' +
        'context whose first argument is the request, or the request itself.',
    );
  }
  replaceResults(key, {
    checker: null,
    handler: null,
    controller: null,
    requirement: null,
    context: context && complete(context),
    earlier: null,
  });
}

function complete({ payload, ...context }: JwtContextLike): JwtContext {
  const claims = Object.freeze({ type: 'access', fresh: false, jti: null, ...payload }) as JwtPayload;
  const header = context.header ?? Object.freeze({ alg: '' });
  // So that rotate(), revoke() and the option "session" accept the payload as a reference.
  markVerified(claims, header);
  markChecked(claims, claims, null);
  return Object.freeze({ token: '', location: 'headers', ...context, header, payload: claims });
}

/**
 * The result of the guard. `undefined` if no guard ran for this handler, `null` for an anonymous request. With a checker,
 * only the result of that module, or one that a test set.
 */
export function storedContext(contextOrRequest: object, checker?: object): JwtContext | null | undefined {
  const handler = isContext(contextOrRequest) ? handlerOf(contextOrRequest) : null;
  const counts = (result: CheckResult): boolean =>
    (handler === null || isFor(result, handler)) &&
    (checker === undefined || result.checker === null || result.checker === checker);
  for (const key of memoryKeysOf(contextOrRequest)) {
    const result = findResult(key, counts);
    if (result !== null) return result.context;
  }
  return undefined;
}

/** `null` for the context of an exception filter, and for one that a test made without a handler. */
function handlerOf(context: ArgumentsHost): HandlerOfClass | null {
  const { getHandler, getClass } = context as Partial<ExecutionContext>;
  const handler = getHandler?.call(context) ?? null;
  return handler === null ? null : { handler, controller: getClass?.call(context) ?? null };
}
