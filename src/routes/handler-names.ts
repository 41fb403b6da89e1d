import type { Type } from '@nestjs/common';
import { lineage, type Handler } from './route-rules.js';

/** Functions that replace a method on an instance of its class: bound, wrapped, or read through a proxy. */
const namesOfReplacements = new WeakMap<Handler, Map<Type, string>>();

/** Records that this function replaces a method on an instance of a class. */
export function recordReplacement(replacement: Handler, controller: Type, name: string): void {
  let names = namesOfReplacements.get(replacement);
  if (names === undefined) namesOfReplacements.set(replacement, (names = new Map<Type, string>()));
  names.set(controller, name);
}

/**
 * The names of a handler in its class. Empty if the class does not have the function. Nest passes only the function, and it
 * may differ from the decorated one.
 */
export function namesOf(handler: Handler, controller: Type): readonly string[] {
  const declared = lineage(controller).flatMap((declaredIn) =>
    ownMethodNames(declaredIn).filter((name) => ownMethodOf(declaredIn, name) === handler),
  );
  if (declared.length > 0) return [...new Set(declared)];
  const replaced = namesOfReplacements.get(handler)?.get(controller);
  if (replaced !== undefined) return [replaced];
  // `bind` derives the name of its result from the method. A request-scoped controller can bind in each request.
  const bound = /^(?:bound )+(.+)$/.exec(handler.name)?.[1];
  return bound !== undefined && typeof methodOf(controller, bound) === 'function' ? [bound] : [];
}

/** The method of a class by its name, its own or an inherited one. */
export function methodOf(controller: Type, name: string): Handler | undefined {
  for (const declaredIn of lineage(controller)) {
    const method = ownMethodOf(declaredIn, name);
    if (method !== undefined) return method;
  }
  return undefined;
}

/** The method with this name that the class itself declares. */
export function ownMethodOf({ prototype }: { prototype?: unknown }, name: string): Handler | undefined {
  const value: unknown = prototype ? Object.getOwnPropertyDescriptor(prototype, name)?.value : undefined;
  return typeof value === 'function' ? value : undefined;
}

/** The names of the methods of a class, its own and inherited ones. */
export function methodNames(controller: Type): string[] {
  return [...new Set(lineage(controller).flatMap(ownMethodNames))].filter((name) => name !== 'constructor');
}

function ownMethodNames(declaredIn: { prototype?: unknown }): string[] {
  return Object.getOwnPropertyNames(declaredIn.prototype ?? {}).filter(
    (name) => ownMethodOf(declaredIn, name) !== undefined,
  );
}
