/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Whether a callback answered with a promise (of any library). */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  // To ask texts and truth values for `then` takes longer. A function may have one, and `await` would wait for it.
  const mayHaveThen = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHaveThen && typeof (value as { then?: unknown }).then === 'function';
}

/** Goes on with a value at once, or when it is there; a promise of another library becomes a real one first. */
export function after<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}
