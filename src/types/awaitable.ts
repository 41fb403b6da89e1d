/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Whether a value is a promise of any library. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  // Reading `then` of strings and booleans is slow. Functions are included, because `await` also waits for their `then`.
  const mayHaveThen = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHaveThen && typeof (value as { then?: unknown }).then === 'function';
}

/** Calls `next` with a value at once, or with the result of a promise. A promise of another library is converted first. */
export function after<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}
