import { isEnded } from '../endings.js';
import type { LookUp, LookUpQuery } from '../revocation-store.js';
import type { ReadSessions } from '../read-sessions.js';
import { readCutOff } from './redis-endings.js';
import { subjectKeys } from './redis-keys.js';
import type { StoredSession } from './redis-record.js';

/** The keys that a look-up reads: of the cut-off, of the session and of the denied `jti`. */
export function lookUpKeys(prefix: string, { subject, sid, jti }: LookUpQuery): readonly string[] {
  const of = subjectKeys(prefix, subject);
  const keys = [of.cutOff];
  if (sid !== null) keys.push(of.session(sid));
  if (jti !== null) keys.push(of.denied(jti));
  return keys;
}

/** The answers to queries, from the values of the keys of all of them, in the order of `lookUpKeys`. */
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
