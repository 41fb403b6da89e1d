import type { Type } from '@nestjs/common';

/** Saves what decorators write, and returns a function that restores it. */
export function savedMetadata(controller: Type, method: string | null): () => void {
  const targets =
    method === null ? [controller] : [controller, (controller.prototype as Record<string, object>)[method] as object];
  const saved = targets.map((target) => {
    const keys = Reflect.getOwnMetadataKeys(target) as string[];
    return { target, values: keys.map((key) => [key, Reflect.getOwnMetadata(key, target)] as const) };
  });
  return () => {
    for (const { target, values } of saved) {
      for (const key of Reflect.getOwnMetadataKeys(target) as string[]) Reflect.deleteMetadata(key, target);
      for (const [key, value] of values) Reflect.defineMetadata(key, value, target);
    }
  };
}
