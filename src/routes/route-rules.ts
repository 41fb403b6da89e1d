import type { Type } from '@nestjs/common';
import type { SettledRequirement } from '../types/requirement.js';

/** The rule of a handler or controller: a requirement, or `'public'`. */
export type RouteRule = SettledRequirement | 'public';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Nest's own type of a handler
export type Handler = Function;

/** The metadata key of `@JwtRequired()` and `@Public()` on a class or function. With one key for both, the last one wins. */
export const ROUTE_RULE = 'nestjs-jwt-extended:route-rule';

/**
 * The metadata key of a class for the rules of its methods by name. A decorator that replaces a method loses the metadata of
 * the function, but not the name.
 */
const RULES_BY_NAME = 'nestjs-jwt-extended:rules-by-name';

type RulesByName = ReadonlyMap<string, RouteRule>;

const NO_RULES: RulesByName = new Map();

/** Writes the rule of a class. */
export function setClassRule(controller: Type, rule: RouteRule): void {
  Reflect.defineMetadata(ROUTE_RULE, rule, controller);
}

/** Writes the rule of a method, on its function and by its name. */
export function setMethodRule(controller: Type, name: string, method: Handler, rule: RouteRule): void {
  Reflect.defineMetadata(ROUTE_RULE, rule, method);
  Reflect.defineMetadata(RULES_BY_NAME, new Map([...rulesDeclaredIn(controller), [name, rule]]), controller);
}

/** Removes the rule of a method, which is no handler any more. */
export function removeMethodRule(controller: Type, name: string, method: Handler): void {
  Reflect.deleteMetadata(ROUTE_RULE, method);
  const others = [...rulesDeclaredIn(controller)].filter(([other]) => other !== name);
  Reflect.defineMetadata(RULES_BY_NAME, new Map(others), controller);
}

/** The rules of the methods that the class itself declares, by name. */
export function rulesDeclaredIn(controller: Type): RulesByName {
  return (Reflect.getOwnMetadata(RULES_BY_NAME, controller) as RulesByName | undefined) ?? NO_RULES;
}

/** The metadata key of a handler that checks the token itself. The guard lets every request to it in. */
const CHECKED_BY_HANDLER = 'nestjs-jwt-extended:checked-by-handler';

/** Notes which token a public handler asks for, because it checks the token itself. An OpenAPI document describes it. */
export function setOwnRequirement(method: Handler, requirement: SettledRequirement): void {
  Reflect.defineMetadata(CHECKED_BY_HANDLER, requirement, method);
}

/** The token that a public handler asks for itself; `null` if it asks for none. */
export function ownRequirementOf(method: Handler): SettledRequirement | null {
  return (Reflect.getOwnMetadata(CHECKED_BY_HANDLER, method) as SettledRequirement | undefined) ?? null;
}

/** The rule on a function itself. */
export function ruleOfFunction(method: Handler): RouteRule | undefined {
  return Reflect.getOwnMetadata(ROUTE_RULE, method) as RouteRule | undefined;
}

/** A class and its ancestors, the nearest first. */
export function lineage(controller: Type): Type[] {
  const classes: Type[] = [];
  for (let link: unknown = controller; typeof link === 'function' && link !== Function.prototype;) {
    classes.push(link as Type);
    link = Object.getPrototypeOf(link);
  }
  return classes;
}
