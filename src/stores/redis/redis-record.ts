import type { CurrentRefreshToken, SessionLimits, SessionRecord } from '../revocation-store.js';

/** What is kept of a session besides the record itself. */
interface StoredSession {
  /** When it was opened or last rotated in microseconds, to tell apart what happened within one millisecond. */
  readonly usedMicros: number;
  /** Names the call that wrote it. */
  readonly call: string;
  readonly session: SessionRecord;
}

/** The session in the text a store keeps of it. */
export function readSession(text: string): SessionRecord {
  return readStored(text).session;
}

/** The sessions in several texts, the last used first; those that are gone are passed over. */
export function readSessions(texts: readonly (string | null)[]): SessionRecord[] {
  const stored = texts.filter((text) => text !== null).map(readStored);
  return stored.sort((left, right) => right.usedMicros - left.usedMicros).map(({ session }) => session);
}

function readStored(text: string): StoredSession {
  return JSON.parse(text) as StoredSession;
}

/** The arguments of a script that are about a token and how long it lives; the first is empty where there is none. */
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

/** A number as an argument of a script; empty where there is none. */
export function optionalNumber(number: number | null): string {
  return number === null ? '' : String(number);
}

/** A text as an argument of a script: after an equals sign, since it may be empty itself. */
export function optionalText(text: string | null): string {
  return text === null ? '' : `=${text}`;
}
