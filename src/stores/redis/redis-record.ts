import type {
  CurrentRefreshToken,
  EndedSession,
  NotedRevocation,
  SessionLimits,
  SessionRecord,
} from '../revocation-store.js';

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

/** The value of a key that holds a note. */
type StoredNote = { readonly createdMicros: number; readonly note: string } & (
  { readonly session: EndedSession } | { readonly session?: undefined; readonly jti: string }
);

/** The notes in the values of several keys, the latest first. `null` is an entry that has expired, `1` a denial without a note. */
export function readNotes(values: readonly (string | null)[]): NotedRevocation[] {
  const texts = values.filter((value) => value !== null).filter((value) => value !== '1');
  const stored = texts.map((text) => JSON.parse(text) as StoredNote);
  return stored.sort((left, right) => right.createdMicros - left.createdMicros).map(toNoted);
}

function toNoted(stored: StoredNote): NotedRevocation {
  const { note, createdMicros } = stored;
  const createdAt = Math.floor(createdMicros / 1000);
  if (stored.session === undefined) return { session: null, jti: stored.jti, note, createdAt };
  return { session: stored.session, jti: null, note, createdAt };
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
