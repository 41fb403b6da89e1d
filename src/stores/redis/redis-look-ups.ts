import type { LookUp, LookUpQuery } from '../revocation-store.js';
import type { ReadSessions } from '../read-sessions.js';
import { subjectKeys } from './redis-keys.js';

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
  sessions: ReadSessions,
): LookUp[] {
  let next = 0;
  const value = () => values[next++] ?? null;
  return queries.map(({ sid, jti }) => {
    const cutOff = value();
    const session = sid === null ? null : value();
    const denied = jti === null ? null : value();
    return {
      session: session === null || sid === null ? null : sessions.read(sid, session),
      denied: denied !== null,
      cutOff: cutOff === null ? null : Number(cutOff),
    };
  });
}
