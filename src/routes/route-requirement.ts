import type { ExecutionContext, Type } from '@nestjs/common';
import { settleRequirement, type SettledRequirement } from '../types/requirement.js';

/** What stands on a handler or controller: a requirement, or that there is none. */
export type RouteRule = SettledRequirement | 'public';

/** The one metadata key of `@JwtRequired()` and `@Public()`; with two, a public class would open a protected method. */
export const ROUTE_RULE = 'nestjs-jwt-extended:route-rule';

/** Marks the guard class, so that both copies of this package know a route it was bound to. */
export const GUARD_BRAND = Symbol.for('nestjs-jwt-extended.guard');

// Where Nest keeps these facts; the names are stable since Nest 5, their exports are not.
const NEST_GUARDS = '__guards__';
const NEST_METHOD = 'method';
const NEST_OPTIONS_METHOD = 6;

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Nest's own type of a handler
type Handler = Function;

const DEFAULT_REQUIREMENT = settleRequirement();

/** What a handler asks for, `null` if nothing: the nearest decorator decides alone, nothing is merged. */
export function requirementOf(handler: Handler, controller: Type, byDefault: boolean): SettledRequirement | null {
  const rule = ruleOf(handler, controller);
  if (rule === undefined) return byDefault ? DEFAULT_REQUIREMENT : null;
  return rule === 'public' ? null : rule;
}

/** Of each handler in each controller: what stands on them was written before the first request. */
export class RouteRequirements {
  private readonly known = new WeakMap<Handler, WeakMap<Type, SettledRequirement | null>>();

  constructor(private readonly byDefault: boolean) {}

  /** What a handler asks for, looked up once; `null`: nothing. */
  of(handler: Handler, controller: Type): SettledRequirement | null {
    let byController = this.known.get(handler);
    // A handler that is inherited belongs to several controllers.
    if (byController === undefined) this.known.set(handler, (byController = new WeakMap()));
    let requirement = byController.get(controller);
    if (requirement === undefined) {
      requirement = requirementOf(handler, controller, this.byDefault);
      byController.set(controller, requirement);
    }
    return requirement;
  }
}

function ruleOf(handler: Handler, controller: Type): RouteRule | undefined {
  const own = Reflect.getMetadata(ROUTE_RULE, handler) as RouteRule | undefined;
  if (own !== undefined) return own;
  const inherited = Reflect.getMetadata(ROUTE_RULE, controller) as RouteRule | undefined;
  // A guard bound by hand is nearer than a decorator on the class that says the contrary.
  if (isGuarded(handler) && (inherited === undefined || inherited === 'public')) return DEFAULT_REQUIREMENT;
  return inherited ?? (isGuarded(controller) ? DEFAULT_REQUIREMENT : undefined);
}

/** Whether `@UseGuards(JwtGuard)` stands on a handler or controller. */
export function isGuarded(target: object): boolean {
  const guards = (Reflect.getMetadata(NEST_GUARDS, target) ?? []) as unknown[];
  return guards.some(isJwtGuard);
}

/** Whether something given to Nest as a guard is a `JwtGuard`: the class, one that extends it, or an instance. */
export function isJwtGuard(guard: unknown): boolean {
  if (typeof guard === 'function') return GUARD_BRAND in ((guard.prototype as object | undefined) ?? {});
  return typeof guard === 'object' && guard !== null && GUARD_BRAND in guard;
}

/**
 * Whether a request is exempt: `OPTIONS` on a handler declared for it with `@Options()`. On `@All()` it is checked, since
 * Nest would run the handler.
 */
export function isExempt(context: ExecutionContext, method: string | undefined): boolean {
  return method === 'OPTIONS' && Reflect.getMetadata(NEST_METHOD, context.getHandler()) === NEST_OPTIONS_METHOD;
}
