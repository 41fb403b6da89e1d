const CLASSES = Symbol.for('nestjs-jwt-extended.required-by-default');

// One set for the process: `getJwtContext()` of both copies of this package (ESM and CommonJS) reads it.
const host = globalThis as { [CLASSES]?: WeakSet<object> };
const classes = (host[CLASSES] ??= new WeakSet());

/** Records a class of an application with the option `requireByDefault`, for callers that cannot inject the option. */
export function addRequiredByDefault(controller: object): void {
  classes.add(controller);
}

/** Removes a class of a closed application. */
export function removeRequiredByDefault(controller: object): void {
  classes.delete(controller);
}

/** Whether the handlers of a class require a token without a decorator. */
export function isRequiredByDefault(controller: object): boolean {
  return classes.has(controller);
}
