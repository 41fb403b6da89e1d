import type { ExecutionContext, Type } from '@nestjs/common';
import { settleRequirement, type SettledRequirement } from '../types/requirement.js';
import { methodNames, methodOf, namesOf, ownMethodOf } from './handler-names.js';
import { GUARDS, HANDLER_MARKS, METHOD, OPTIONS_METHOD } from './nest-metadata.js';
import { lineage, ROUTE_RULE, ruleOfFunction, rulesDeclaredIn, type Handler, type RouteRule } from './route-rules.js';

/** Marks the guard class, so that both copies of this package know a route it was bound to. */
export const GUARD_BRAND = Symbol.for('nestjs-jwt-extended.guard');

const DEFAULT_REQUIREMENT = settleRequirement();

/**
 * The requirement of a handler, `null` for none. The nearest decorator decides alone, nothing is merged.
 *
 * @throws Error where the handler is a function that the class does not know, while its methods have requirements.
 */
export function requirementOf(handler: Handler, controller: Type, byDefault: boolean): SettledRequirement | null {
  const rule = ruleOfMethod(handler, controller) ?? ruleOfClass(controller);
  if (rule === undefined) return byDefault ? DEFAULT_REQUIREMENT : null;
  return rule === 'public' ? null : rule;
}

/** The requirements of the handlers of one application, looked up once. Decorators run before the first request. */
export class RouteRequirements {
  private readonly known = new WeakMap<Handler, WeakMap<Type, SettledRequirement | null>>();

  constructor(private readonly byDefault: boolean) {}

  /** The requirement of a handler, `null` for none. Several controllers can inherit one handler. */
  of(handler: Handler, controller: Type): SettledRequirement | null {
    let byController = this.known.get(handler);
    if (byController === undefined) this.known.set(handler, (byController = new WeakMap()));
    let requirement = byController.get(controller);
    if (requirement === undefined) {
      requirement = requirementOf(handler, controller, this.byDefault);
      byController.set(controller, requirement);
    }
    return requirement;
  }
}

function ruleOfMethod(handler: Handler, controller: Type): RouteRule | undefined {
  const names = namesOf(handler, controller);
  const rules = names.map((name) => ruleByName(name, controller)).filter((rule) => rule !== undefined);
  // A function with several names is as protected as the strictest of them.
  const rule = rules.find((each) => each !== 'public') ?? rules[0] ?? ruleOfFunction(handler);
  if (rule !== undefined) return rule;
  if (names.length === 0) return ruleOfUnknown(handler, controller);
  if (!isGuarded(handler)) return undefined;
  const ofClass = ruleOfClass(controller);
  // A guard bound by hand on a method is nearer than @Public() on its class.
  return ofClass === undefined || ofClass === 'public' ? DEFAULT_REQUIREMENT : ofClass;
}

/**
 * The rule of a function that the class does not have: something replaced a method of the instance. The function is one
 * of the handlers of the class, so it has their rule where all of them have the same.
 */
function ruleOfUnknown(handler: Handler, controller: Type): RouteRule | undefined {
  const names = methodNames(controller).filter((name) => isHandler(methodOf(controller, name) as Handler));
  const rules = names.map((name) => ruleByName(name, controller) ?? ruleOfClass(controller));
  const distinct = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  if (distinct.size <= 1) return rules[0];
  throw new Error(
    `A handler of ${controller.name} is a function that the class does not have (its name is "${handler.name}"): something ` +
      `replaced a method of the instance. The handlers ${names.join(', ')} have different requirements, so the request is ` +
      'refused. Replace the method before the application starts, or give all handlers of the class one requirement.',
  );
}

/** The rule of a method by its name. A method that replaces an inherited one inherits its requirement, not its `@Public()`. */
function ruleByName(name: string, controller: Type): RouteRule | undefined {
  let isReplaced = false;
  for (const declaredIn of lineage(controller)) {
    const method = ownMethodOf(declaredIn, name);
    const rule = rulesDeclaredIn(declaredIn).get(name) ?? (method && ruleOfFunction(method));
    if (rule !== undefined) return isReplaced && rule === 'public' ? undefined : rule;
    isReplaced ||= method !== undefined;
  }
  return undefined;
}

/** The rule of a class. An inherited `@Public()` does not count: nobody sees it at the class that it would open. */
function ruleOfClass(controller: Type): RouteRule | undefined {
  for (const declaredIn of lineage(controller)) {
    const rule = Reflect.getOwnMetadata(ROUTE_RULE, declaredIn) as RouteRule | undefined;
    if (rule !== undefined && (rule !== 'public' || declaredIn === controller)) return rule;
    if (guardsOf(declaredIn).some(isJwtGuard)) return DEFAULT_REQUIREMENT;
  }
  return undefined;
}

/** Whether the class inherits `@Public()` from an ancestor and has no rule of its own. */
export function inheritsPublic(controller: Type): Type | null {
  if (ruleOfClass(controller) !== undefined) return null;
  const ancestors = lineage(controller).slice(1);
  return ancestors.find((ancestor) => Reflect.getOwnMetadata(ROUTE_RULE, ancestor) === 'public') ?? null;
}

/** The names of the methods of a class that have a rule of their own. */
export function ruledMethods(controller: Type): string[] {
  const declared = lineage(controller).flatMap((declaredIn) => [...rulesDeclaredIn(declaredIn).keys()]);
  const all = [...new Set([...declared, ...methodNames(controller)])];
  return all.filter((name) => ruleByName(name, controller) !== undefined);
}

/** Whether Nest calls a method for requests, messages, events or fields. */
export function isHandler(method: Handler): boolean {
  return HANDLER_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
}

/** Whether `@UseGuards(JwtGuard)` stands on a handler or controller. */
export function isGuarded(target: object): boolean {
  const guards = (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];
  return guards.some(isJwtGuard);
}

function guardsOf(target: object): unknown[] {
  return (Reflect.getOwnMetadata(GUARDS, target) ?? []) as unknown[];
}

/** Whether something that Nest has as a guard is a `JwtGuard`: the class, one that extends it, or an instance. */
export function isJwtGuard(guard: unknown): boolean {
  if (typeof guard === 'function') return GUARD_BRAND in ((guard.prototype as object | undefined) ?? {});
  return typeof guard === 'object' && guard !== null && GUARD_BRAND in guard;
}

/**
 * Whether a request is exempt: `OPTIONS` on a handler declared for it with `@Options()`. On `@All()` it is checked, since
 * Nest would run the handler.
 */
export function isExempt(context: ExecutionContext, method: string | undefined): boolean {
  if (method !== 'OPTIONS') return false;
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const declared = [handler, ...namesOf(handler, controller).map((name) => methodOf(controller, name))];
  return declared.some((each) => each && Reflect.getMetadata(METHOD, each) === OPTIONS_METHOD);
}
