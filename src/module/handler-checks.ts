import type { Type } from '@nestjs/common';
import type { Host } from '../access/hosts.js';
import { methodNames, methodOf, recordReplacement } from '../routes/handler-names.js';
import { CONNECTION_METHOD } from '../routes/nest-metadata.js';
import { inheritsPublic, isHandler, requirementOf, ruledMethods } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';

/**
 * Records the functions that replace methods on instances, because Nest calls them instead of the methods.
 *
 * @throws TypeError if a protected method is a new function each time it is read.
 */
export function recordReplacements(hosts: readonly Host[]): void {
  for (const { controller, instance } of hosts) {
    if (instance === null) continue;
    for (const name of methodNames(controller)) {
      const current = read(instance, name);
      if (current === undefined || current === methodOf(controller, name)) continue;
      if (current === read(instance, name)) recordReplacement(current, controller, name);
      else refuseUnknown(current, controller, name);
    }
  }
}

/** Refuses a decorator on a method that Nest never calls: it protects nothing. */
export function refuseInert(hosts: readonly Host[]): void {
  for (const { controller, instance } of hosts) {
    for (const name of ruledMethods(controller)) {
      const method = methodOf(controller, name);
      if (name === CONNECTION_METHOD || (method !== undefined && isHandler(method))) continue;
      const own = instance === null ? undefined : read(instance, name);
      if (own !== undefined && isHandler(own)) continue;
      throw new TypeError(
        `${controller.name}.${name} has @JwtRequired() or @Public(), but Nest does not call it for requests. Put the decorator ` +
          'on a handler. If the method is a handler, another decorator replaced it and lost its route: put @Get() above it.',
      );
    }
  }
}

/** Refuses an inherited `@Public()`: with `requireByDefault` it would open routes without a visible decorator. */
export function refuseInheritedPublic(hosts: readonly Host[]): void {
  for (const { controller } of hosts) {
    const ancestor = inheritsPublic(controller);
    if (
      ancestor === null ||
      !methodNames(controller).some((name) => isHandler(methodOf(controller, name) as Handler))
    ) {
      continue;
    }
    throw new TypeError(
      `${controller.name} inherits @Public() from ${ancestor.name}, which does not open it. Put @Public() on ` +
        `${controller.name}, or @JwtRequired() if its routes need a token.`,
    );
  }
}

/** The guard cannot find the requirement of a function that is new on each read, unless all handlers have the same one. */
function refuseUnknown(current: Handler, controller: Type, name: string): void {
  try {
    requirementOf(current, controller, false);
  } catch (cause) {
    throw new TypeError(
      `${controller.name}.${name} is a new function each time it is read, so the guard cannot know its requirement: is ` +
        'the instance a Proxy? Return the same function each time, or give all handlers one requirement.',
      { cause },
    );
  }
}

function read(instance: object, name: string): Handler | undefined {
  const value: unknown = (instance as Record<string, unknown>)[name];
  return typeof value === 'function' ? value : undefined;
}
