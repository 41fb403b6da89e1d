/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Whether a callback answered with a promise (of any library). */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
