import type { Type } from '@nestjs/common';
import { methodNames, methodOf, rememberReplacement } from '../routes/handler-names.js';
import { inheritsPublic, isHandler, requirementOf, ruledMethods } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';

/** A class that Nest may call, and its instance; `null` where each request gets one of its own. */
export interface Host {
  readonly controller: Type;
  readonly instance: object | null;
}

/**
 * Notes which functions stand in the place of methods: what is bound or wrapped on an instance is what Nest calls.
 *
 * @throws TypeError where a protected method is another function each time it is read.
 */
export function noteReplacements(hosts: readonly Host[]): void {
  for (const { controller, instance } of hosts) {
    if (instance === null) continue;
    for (const name of methodNames(controller)) {
      const current = read(instance, name);
      if (current === undefined || current === methodOf(controller, name)) continue;
      if (current === read(instance, name)) rememberReplacement(current, controller, name);
      else refuseUnknown(current, controller, name);
    }
  }
}

/** Refuses a decorator on a method that Nest never calls: it protects nothing. */
export function refuseInert(hosts: readonly Host[]): void {
  for (const { controller, instance } of hosts) {
    for (const name of ruledMethods(controller)) {
      const method = methodOf(controller, name);
      if (name === 'handleConnection' || (method !== undefined && isHandler(method))) continue;
      const own = instance === null ? undefined : read(instance, name);
      if (own !== undefined && isHandler(own)) continue;
      throw new TypeError(
        `${controller.name}.${name} has @JwtRequired() or @Public(), and Nest calls it for no request. Put the decorator ` +
          'on a handler. If the method is one, a decorator that replaces it took its route away: put @Get() above it.',
      );
    }
  }
}

/** Refuses `@Public()` that a class inherits: with `requireByDefault` it would open routes unseen. */
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

/** A function that is new with each read is unknown to the guard, which then goes by what all handlers have in common. */
function refuseUnknown(current: Handler, controller: Type, name: string): void {
  try {
    requirementOf(current, controller, false);
  } catch (cause) {
    throw new TypeError(
      `${controller.name}.${name} is a new function each time it is read, so the guard cannot know its requirement: is ` +
        'the instance a Proxy? Let it answer the same function each time, or give all handlers one requirement.',
      { cause },
    );
  }
}

function read(instance: object, name: string): Handler | undefined {
  const value: unknown = (instance as Record<string, unknown>)[name];
  return typeof value === 'function' ? value : undefined;
}
