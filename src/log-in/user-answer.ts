import { userOrNone } from '../types/answer-checks.js';

/**
 * The user that `authenticate` returned; `null` refuses the log-in. All falsy values of Python refuse, as in Flask-JWT: also an
 * empty object and an empty list, which a database returns for no row.
 *
 * @throws TypeError for a value that names no user.
 */
export function userOrRefusal(value: unknown, name: string): unknown {
  const answer = userOrNone(value, name);
  if (!answer || isEmpty(answer)) return null;
  if (answer !== true && !Array.isArray(answer)) return answer;
  const found = answer === true ? 'true' : 'a list';
  throw new TypeError(`${name} must return the user that has logged in, or null; it returned ${found}.`);
}

/** Whether a value is a list or a plain object without members. An instance of a class can have its data in private fields. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
