import { toWellFormed } from '../../types/well-formed.js';
import type { CurrentRefreshToken, SessionLimits, SessionRecord } from '../revocation-store.js';

/** The value of a session's key. */
interface SessionValue {
  readonly session: SessionRecord;
  readonly generation: number;
}

/** A session, as it was read. */
export interface StoredSession {
  readonly generation: number;
  readonly record: SessionRecord;
}

/** The session in the value of a key. */
export function readStored(value: string): StoredSession {
  const { generation, session } = JSON.parse(value) as SessionValue;
  return { generation, record: session };
}

/**
 * The arguments of a script that describe a token and the limits of its session. The first one is the beginning of the record that
 * the script writes; it is empty without a token.
 */
export function tokenArguments(
  token: CurrentRefreshToken | null,
  parentId: string | null,
  { maxAge, leeway }: SessionLimits,
): string[] {
  const { lifetime = null } = token ?? {};
  return [
    token === null ? '' : startOfRecord(token, parentId),
    optionalNumber(token?.issuedAt ?? null),
    optionalNumber(lifetime === null ? null : lifetime * 1000),
    optionalNumber(maxAge),
    String(leeway),
  ];
}

/** The beginning of the record of a session whose current token has this id. */
export function startWith(currentId: string): string {
  return `{"session":{"currentId":${toJson(currentId)},`;
}

function startOfRecord({ id, issuedAt, csrf }: CurrentRefreshToken, parentId: string | null): string {
  return `${startWith(id)}"parentId":${toJson(parentId)},"issuedAt":${issuedAt},"csrf":${toJson(csrf)},`;
}

function toJson(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(toWellFormed(text));
}

/** A number as an argument of a script; `null` is an empty argument. */
export function optionalNumber(number: number | null): string {
  return number === null ? '' : String(number);
}

/** A text as an argument of a script. It follows an equals sign, since only `null` is an empty argument. */
export function optionalText(text: string | null): string {
  return text === null ? '' : `=${text}`;
}
