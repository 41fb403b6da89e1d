import { types } from 'node:util';

/** Any value. The reader of the value makes further checks. */
export function anyAnswer(value: unknown): unknown {
  return value;
}

/** A verdict that lets the request in if it is truthy. An object is always truthy, also a response or a list that says no. */
export function verdict(value: unknown, name: string): unknown {
  if (typeof value !== 'symbol' && (value === null || !isReference(value))) return value;
  return refuse(name, `must return true or false; it returned ${kindOf(value)}`);
}

/** Whether a token is revoked. A truthy value refuses the token, as in Flask-JWT-Extended. */
export function revokedOrNot(value: unknown, name: string): boolean {
  if (unusable(value) === null) return Boolean(value);
  return refuse(name, `must return true or false; it returned ${kindOf(value)}`);
}

/** A user; `null` and `undefined` for no user. */
export function userOrNone(value: unknown, name: string): unknown {
  if (unusable(value) === null) return value;
  return refuse(name, `must return a user, or null for no user; it returned ${kindOf(value)}`);
}

/** The message does not contain the value, which may be a secret. */
function refuse(name: string, problem: string): never {
  throw new TypeError(`${name} ${problem}.`);
}

/** What a value is instead of data, if it is the result of a forgotten call or a forgotten `throw`. `null` for data. */
function unusable(value: unknown): string | null {
  if (typeof value === 'symbol') return 'a Symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Error || types.isNativeError(value)) return 'an Error';
  const { closed, next, unsubscribe } = value as { closed?: unknown; next?: unknown; unsubscribe?: unknown };
  if (typeof unsubscribe === 'function' && typeof closed === 'boolean') return 'a Subscription';
  return typeof next === 'function' ? 'an iterator' : null;
}

function kindOf(value: unknown): string {
  return unusable(value) ?? (Array.isArray(value) ? 'a list' : 'an object');
}

function isReference(value: unknown): boolean {
  return typeof value === 'object' || typeof value === 'function';
}
