import { TokenVerificationException } from '../../errors/exceptions.js';
import { isPromise, type Awaitable } from '../../types/awaitable.js';
import type { JwtPayload } from '../../types/claims.js';
import { isFrozenData, unfrozenCopy } from '../../types/frozen-data.js';
import type { StandardSchema, StandardSchemaIssue } from '../../types/standard-schema.js';
import { markChecked, signedPayloadOf } from '../../types/verified-payload.js';
import { CachedToken } from '../cache/cached-token.js';
import type { VerifiedToken } from '../verified-token.js';

/**
 * The claims for the application: what the schema of the option `claims` makes of the signed ones. A cached token stores the
 * result if the schema is synchronous and the result is frozen data, which one request cannot change for the next.
 *
 * @throws TokenVerificationException if the claims do not match the schema.
 */
export function checkedClaims(token: VerifiedToken, schema: StandardSchema): Awaitable<JwtPayload> {
  if (token instanceof CachedToken && token.checkedClaims !== null) return token.checkedClaims;
  const result = schema['~standard'].validate(unfrozenCopy(token.payload));
  if (isPromise(result)) return Promise.resolve(result).then((late) => frozenOutput(late, token, schema).output);
  const { output, isData } = frozenOutput(result, token, schema);
  if (isData && token instanceof CachedToken) token.checkedClaims = output;
  return output;
}

/** The text for a new token whose claims do not match the schema; `null` if they match. */
export async function problemOfNewClaims(claims: object, schema: StandardSchema): Promise<string | null> {
  const { issues } = await schema['~standard'].validate(claims);
  return issues === undefined ? null : pathsOf(issues);
}

type Result = Awaited<ReturnType<StandardSchema['~standard']['validate']>>;

function frozenOutput(result: Result, token: VerifiedToken, schema: StandardSchema) {
  const output = outputOf(result, token, schema);
  return { output, isData: isFrozenData(output) };
}

function outputOf(result: Result, token: VerifiedToken, schema: StandardSchema): JwtPayload {
  const { payload, header } = token;
  if (result.issues !== undefined) {
    throw new TokenVerificationException(undefined, { payload, header, cause: mismatch(result.issues) });
  }
  const output = ownOutput(result.value, payload);
  markChecked(output, payload, schema);
  return output;
}

/** A schema that returns one object for all tokens would make the claims of one a reference to another. */
function ownOutput(value: unknown, payload: JwtPayload): JwtPayload {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The schema of the option claims must return an object.');
  }
  const signed = signedPayloadOf(value as JwtPayload);
  const isOfOther = signed !== payload && signed !== value;
  return (
    isOfOther ? Object.assign(Object.create(Object.getPrototypeOf(value) as object | null), value) : value
  ) as JwtPayload;
}

/** The issues are not enumerable, because the message of an issue can have the value of a claim, and logs print a cause. */
function mismatch(issues: readonly StandardSchemaIssue[]): Error {
  const error = new Error(`The claims do not match the schema of the option claims: ${pathsOf(issues)}`);
  error.stack = `Error: ${error.message}`;
  return Object.defineProperty(error, 'issues', { value: issues });
}

function pathsOf(issues: readonly StandardSchemaIssue[]): string {
  return [...new Set(issues.map(pathOf))].join(', ');
}

function pathOf({ path = [] }: StandardSchemaIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? 'the claims as a whole' : keys.join('.');
}
