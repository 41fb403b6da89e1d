import { finalize, from, isObservable, lastValueFrom, take, throwIfEmpty, type Observable } from 'rxjs';
import { isPromise, type Awaitable } from './awaitable.js';
import { backgroundTimer } from './background-timer.js';

/** What a callback can return: a value, a promise of it, or an Observable, whose first value counts. */
export type CallbackAnswer<T> = T | PromiseLike<T> | Observable<T>;

/** Checks the value that a callback returned. @throws TypeError if the value is no answer to this callback. */
export type AnswerCheck<T = unknown> = (value: unknown, name: string) => T;

/** A callback of the application with any arguments. */
export type AnyCallback = (...args: never[]) => unknown;

/** How long an Observable can take to emit, in milliseconds. */
const LONGEST_WAIT = 10_000;

/** How deeply promises and Observables can be nested. An Observable that emits itself would never end. */
const MOST_LEVELS = 10;

/**
 * The callback with checked answers: its value, or a promise of it. `name` is its name in messages. Returns a promise only if the
 * callback returns one or an Observable.
 */
export function answering<T>(callback: AnyCallback, name: string, check: AnswerCheck<T>): AnyCallback {
  const call = callback as (...args: unknown[]) => unknown;
  return (...args: unknown[]): Awaitable<T> => checkedAnswer(call(...args), name, check);
}

/** The value of an answer, after it has arrived and has passed the check. */
export function checkedAnswer<T>(answer: unknown, name: string, check: AnswerCheck<T>): Awaitable<T> {
  const value = arrived(answer, name, 0);
  return isPromise(value) ? value.then((late) => check(late, name)) : check(value, name);
}

/** The value of an answer, without a check. `name` is the name of what was called, in messages. */
export function arrivedAnswer<T>(answer: CallbackAnswer<T>, name: string): Awaitable<T> {
  return arrived(answer, name, 0) as Awaitable<T>;
}

/** Waits for the end of work that has no value: of a promise, or of an Observable, which runs only if something subscribes. */
export async function completed(work: unknown): Promise<void> {
  const value: unknown = await work;
  if (typeof value !== 'object' || value === null || !isAnyObservable(value)) return;
  await lastValueFrom(from(value), { defaultValue: undefined });
}

function arrived(answer: unknown, name: string, level: number): unknown {
  if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return answer;
  // The value of a promise or of an Observable can be an Observable again.
  if (isPromise(answer)) return Promise.resolve(answer).then((late) => arrived(late, name, next(level, name)));
  if (!isAnyObservable(answer)) return answer;
  return firstValue(answer, name).then((first) => arrived(first, name, next(level, name)));
}

function next(level: number, name: string): number {
  if (level < MOST_LEVELS) return level + 1;
  throw new TypeError(`${name} returned Observables that emit Observables, more than ${MOST_LEVELS} levels deep.`);
}

/** Recognises Observables of other libraries and of other copies of rxjs, too. */
function isAnyObservable(value: object): value is Observable<unknown> {
  if (isObservable(value)) return true;
  const { observable = '@@observable' } = Symbol as { observable?: symbol };
  return typeof (value as Record<symbol | string, unknown>)[observable] === 'function';
}

function firstValue(answer: Observable<unknown>, name: string): Promise<unknown> {
  const isEmpty = () => new TypeError(`${name} returned an Observable that completed without a value.`);
  return new Promise((resolve, reject) => {
    const timer = backgroundTimer(() => {
      subscription.unsubscribe();
      reject(new TypeError(`${name} returned an Observable that emitted nothing for ${LONGEST_WAIT / 1000} seconds.`));
    }, LONGEST_WAIT);
    const end = finalize(() => clearTimeout(timer));
    const subscription = from(answer)
      .pipe(take(1), throwIfEmpty(isEmpty), end)
      .subscribe({ next: resolve, error: reject });
  });
}
