import type { CurrentRefreshToken, SessionLimits, SessionRecord } from '../revocation-store.js';

/** The value of a session's key. */
interface StoredSession {
  /** When the session was last used, in microseconds: it orders sessions that were used within one millisecond. */
  readonly usedMicros: number;
  /** Names the call that wrote the value. */
  readonly call: string;
  readonly session: SessionRecord;
}

/** The session in the value of a key. */
export function readSession(value: string): SessionRecord {
  return readStored(value).session;
}

/** The sessions in the values of several keys, the last used one first. `null` is a session that has expired. */
export function readSessions(values: readonly (string | null)[]): SessionRecord[] {
  const stored = values.filter((value) => value !== null).map(readStored);
  return stored.sort((left, right) => right.usedMicros - left.usedMicros).map(({ session }) => session);
}

function readStored(value: string): StoredSession {
  return JSON.parse(value) as StoredSession;
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
