import { isEnded } from '../endings.js';
import type { LookUp, LookUpQuery } from '../revocation-store.js';
import type { ReadSessions } from '../read-sessions.js';
import { readCutOff } from './redis-endings.js';
import { subjectKeys } from './redis-keys.js';
import type { StoredSession } from './redis-record.js';

/** Adds the keys that a look-up reads: of the cut-off, of the session and of the denied `jti`. */
export function addLookUpKeys(keys: string[], prefix: string, { subject, sid, jti }: LookUpQuery): void {
  const of = subjectKeys(prefix, subject);
  keys.push(of.cutOff);
  if (sid !== null) keys.push(of.session(sid));
  if (jti !== null) keys.push(of.denied(jti));
}

/** The answers to queries, from the values of the keys that `addLookUpKeys` added for them. */
export function readLookUps(
  queries: readonly LookUpQuery[],
  values: readonly (string | null)[],
  sessions: ReadSessions<StoredSession>,
): LookUp[] {
  let next = 0;
  const value = () => values[next++] ?? null;
  return queries.map(({ sid, jti }) => {
    const { cutOff, endings } = readCutOff(value());
    const text = sid === null ? null : value();
    const denied = jti === null ? null : value();
    const session = text === null || sid === null ? null : sessions.read(sid, text);
    return {
      session: session === null || isEnded(session, endings) ? null : session.record,
      denied: denied !== null,
      cutOff,
    };
  });
}
