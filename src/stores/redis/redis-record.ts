import type { CurrentRefreshToken, SessionLimits, SessionRecord } from '../revocation-store.js';

/** The value of a session's key. */
interface SessionValue {
  /** The generation of the session. The script leaves 0 out. */
  readonly generation?: number;
  readonly session: SessionRecord;
}

/** A session, as it was read. */
export interface StoredSession {
  readonly generation: number;
  readonly record: SessionRecord;
}

/** The session in the value of a key. */
export function readStored(value: string): StoredSession {
  const { generation = 0, session } = JSON.parse(value) as SessionValue;
  return { generation, record: session };
}

/** The arguments of a script that describe a token and the limits of its session. Without a token, its id is empty. */
export function tokenArguments(token: CurrentRefreshToken | null, { maxAge, leeway }: SessionLimits): string[] {
  const { lifetime = null } = token ?? {};
  return [
    optionalText(token?.id ?? null),
    optionalNumber(token?.issuedAt ?? null),
    optionalText(token?.csrf ?? null),
    optionalNumber(lifetime === null ? null : lifetime * 1000),
    optionalNumber(maxAge),
    String(leeway),
  ];
}

/** A number as an argument of a script; `null` is an empty argument. */
export function optionalNumber(number: number | null): string {
  return number === null ? '' : String(number);
}

/** A text as an argument of a script. It follows an equals sign, since only `null` is an empty argument. */
export function optionalText(text: string | null): string {
  return text === null ? '' : `=${text}`;
}
