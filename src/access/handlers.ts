import { methodNames, methodOf } from '../routes/handler-names.js';
import { CONNECTION_METHOD, GATEWAY } from '../routes/nest-metadata.js';
import { isHandler, requirementOfRule, ruledMethods, ruleOf, ruleOfConnection } from '../routes/route-requirement.js';
import type { Handler, RouteRule } from '../routes/route-rules.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { Host } from './hosts.js';

/** A method that Nest calls for requests, messages, events or fields. Several classes can inherit one. */
export interface DeclaredHandler {
  readonly host: Host;
  /** The name of the method in the class of the host. */
  readonly name: string;
  /** The method of the class. Nest reads the metadata of this function, also if some code replaced it on the instance. */
  readonly method: Handler;
  /** Its decorator, or the one of its class. `undefined` without one. */
  readonly rule: RouteRule | undefined;
  /** `null`: the handler is open. */
  readonly requirement: SettledRequirement | null;
}

/**
 * The handlers of these classes. A method with `@JwtRequired()` or `@Public()` counts too, because only a custom transport
 * knows its own handlers.
 */
export function handlersOf(hosts: readonly Host[], byDefault: boolean): DeclaredHandler[] {
  return hosts.flatMap((host) => {
    const { controller } = host;
    const ruled = new Set(ruledMethods(controller));
    return methodNames(controller).flatMap((name) => {
      const method = methodOf(controller, name) as Handler;
      if (!isHandler(method) && !ruled.has(name)) return [];
      const rule = ruleOf(method, controller);
      return [{ host, name, method, rule, requirement: requirementOfRule(rule, byDefault) }];
    });
  });
}

/** The handlers of new connections, one for each gateway. A gateway without the method has the rule of its class. */
export function connectionHandlersOf(hosts: readonly Host[], byDefault: boolean): DeclaredHandler[] {
  const gateways = hosts.filter(({ controller }) => Reflect.hasMetadata(GATEWAY, controller));
  return gateways.map((host) => {
    const method = methodOf(host.controller, CONNECTION_METHOD) ?? host.controller;
    const rule = ruleOfConnection(host.controller);
    return { host, name: CONNECTION_METHOD, method, rule, requirement: requirementOfRule(rule, byDefault) };
  });
}

/** For messages: `NotesController.findAll`. */
export function nameOf({ host, name }: DeclaredHandler): string {
  return `${host.controller.name}.${name}`;
}
