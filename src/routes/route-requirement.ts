import type { ExecutionContext, Type } from '@nestjs/common';
import { settleRequirement, type SettledRequirement } from '../types/requirement.js';
import { methodNames, methodOf, namesOf, ownMethodOf } from './handler-names.js';
import { CONNECTION_METHOD, GUARDS, HANDLER_MARKS, METHOD, OPTIONS_METHOD } from './nest-metadata.js';
import { lineage, ROUTE_RULE, ruleOfFunction, rulesDeclaredIn, type Handler, type RouteRule } from './route-rules.js';

/** Marks the guard class, so that both copies of this package recognise a route with the guard. */
export const GUARD_BRAND = Symbol.for('nestjs-jwt-extended.guard');

const DEFAULT_REQUIREMENT = settleRequirement();

/**
 * The requirement of a handler, or `null`. A rule of the handler replaces the rule of its class; the two are not merged.
 *
 * @throws Error if the class does not have the function, and its methods have different requirements.
 */
export function requirementOf(handler: Handler, controller: Type, byDefault: boolean): SettledRequirement | null {
  return requirementOfRule(ruleOf(handler, controller), byDefault);
}

/** The rule of a handler, its own or the one of its class. `undefined` without a decorator. */
export function ruleOf(handler: Handler, controller: Type): RouteRule | undefined {
  return ruleOfMethod(handler, controller) ?? ruleOfClass(controller);
}

/** The requirement of a rule, or `null` for an open handler. */
export function requirementOfRule(rule: RouteRule | undefined, byDefault: boolean): SettledRequirement | null {
  if (rule === undefined) return byDefault ? DEFAULT_REQUIREMENT : null;
  return rule === 'public' ? null : rule;
}

/** The requirement for the connections of a gateway, or `null`: the one of `handleConnection()`, else the one of the class. */
export function requirementOfConnection(gateway: Type, byDefault: boolean): SettledRequirement | null {
  return requirementOfRule(ruleOfConnection(gateway), byDefault);
}

/** The rule for the connections of a gateway: the one of `handleConnection()`, else the one of the class. */
export function ruleOfConnection(gateway: Type): RouteRule | undefined {
  const handler = methodOf(gateway, CONNECTION_METHOD);
  return handler === undefined ? ruleOfClass(gateway) : ruleOf(handler, gateway);
}

/** Whether `handleConnection()` itself has a decorator, which counts for nothing but the connections. */
export function hasConnectionRule(gateway: Type): boolean {
  const handler = methodOf(gateway, CONNECTION_METHOD);
  return ruleByName(CONNECTION_METHOD, gateway) !== undefined || (handler !== undefined && isGuarded(handler));
}

/** The requirements of the handlers of one application. Each is looked up once, because decorators run before all requests. */
export class RouteRequirements {
  private readonly known = new WeakMap<Handler, WeakMap<Type, SettledRequirement | null>>();

  constructor(private readonly byDefault: boolean) {}

  /** The requirement of a handler, or `null`. Several controllers can inherit one handler. */
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
  // If a function has several names, its strictest rule counts.
  const rule = rules.find((each) => each !== 'public') ?? rules[0] ?? ruleOfFunction(handler);
  if (rule !== undefined) return rule;
  if (names.length === 0) return ruleOfUnknown(handler, controller);
  if (!isGuarded(handler)) return undefined;
  const ofClass = ruleOfClass(controller);
  // A guard on the method itself overrides @Public() on its class.
  return ofClass === undefined || ofClass === 'public' ? DEFAULT_REQUIREMENT : ofClass;
}

/**
 * The rule of a function that the class does not have, because some code replaced a method of the instance. The function is
 * one of the handlers of the class. If all of them have the same rule, it has that rule.
 */
function ruleOfUnknown(handler: Handler, controller: Type): RouteRule | undefined {
  const names = methodNames(controller).filter((name) => isHandler(methodOf(controller, name) as Handler));
  const rules = names.map((name) => ruleByName(name, controller) ?? ruleOfClass(controller));
  if (rules.every((rule) => isSame(rule, rules[0]))) return rules[0];
  throw new Error(
    `A handler of ${controller.name} is a function that the class does not have (its name is "${handler.name}"): some code ` +
      `replaced a method of the instance. The handlers ${names.join(', ')} have different requirements, so the request is ` +
      'refused. Replace the method before the application starts, or give all handlers of the class one requirement.',
  );
}

function isSame(one: RouteRule | undefined, other: RouteRule | undefined): boolean {
  // JSON writes every function in a list as null.
  const [ofOne, ofOther] = [one, other].map((rule) =>
    typeof rule === 'object' ? [rule.allow, ...(rule.locations ?? [])] : [],
  ) as [unknown[], unknown[]];
  return JSON.stringify(one) === JSON.stringify(other) && ofOne.every((member, index) => member === ofOther[index]);
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

/** The rule of a class. An inherited `@Public()` is ignored, because it is not visible on the class that it would open. */
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

/** Whether a handler or controller has `@UseGuards(JwtGuard)`. */
export function isGuarded(target: object): boolean {
  const guards = (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];
  return guards.some(isJwtGuard);
}

function guardsOf(target: object): unknown[] {
  return (Reflect.getOwnMetadata(GUARDS, target) ?? []) as unknown[];
}

/** Whether a guard is a `JwtGuard`: the class, a subclass, or an instance. */
export function isJwtGuard(guard: unknown): boolean {
  if (typeof guard === 'function') return GUARD_BRAND in ((guard.prototype as object | undefined) ?? {});
  return typeof guard === 'object' && guard !== null && GUARD_BRAND in guard;
}

/**
 * Whether a request is exempt: `OPTIONS` on a handler with `@Options()`. A handler with `@All()` is not exempt, because Nest
 * runs it.
 */
export function isExempt(context: ExecutionContext, method: string | undefined): boolean {
  if (method !== 'OPTIONS') return false;
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const declared = [handler, ...namesOf(handler, controller).map((name) => methodOf(controller, name))];
  return declared.some((each) => each && Reflect.getMetadata(METHOD, each) === OPTIONS_METHOD);
}
