// TypeScript writes these functions into each file that has a decorator. The build gives all files one copy of them.

/**
 * Applies the decorators of a class, of a method (`descriptor` is null) or of a property (`descriptor` is undefined).
 * The last decorator comes first. A decorator can return what replaces its target.
 */
export function __decorate(decorators, target, name, descriptor) {
  if (name === undefined) return decorators.reduceRight((type, decorate) => decorate(type) ?? type, target);
  const own = descriptor === null ? Object.getOwnPropertyDescriptor(target, name) : descriptor;
  const decorated = decorators.reduceRight((member, decorate) => decorate(target, name, member) ?? member, own);
  if (decorated !== undefined) Object.defineProperty(target, name, decorated);
  return decorated;
}

/** Nest reads this metadata. The entries of stores also run without Nest, and then without reflect-metadata. */
export const __metadata = (key, value) => Reflect.metadata?.(key, value) ?? (() => undefined);

/** A decorator of a parameter, as a decorator of its method or class. */
export const __param = (index, decorate) => (target, name) => decorate(target, name, index);
