import type { EndSessions } from '../revocation-store.js';
import type { StoredEndings } from './sql-endings.js';
import { currentSession, type SubjectSnapshot } from './sql-snapshot.js';

/**
 * The endings after another call. `null`: an earlier call ended sessions that were opened later, and the rows of these must be removed
 * first.
 */
export function nextEndings({ before, except }: EndSessions, snapshot: SubjectSnapshot): StoredEndings | null {
  const { now, endings } = snapshot;
  const spared = except !== null && currentSession(snapshot, except) !== null ? except : null;
  const generation = endings.generation + 1;
  // "Now" ends all sessions, even those that were opened before the clock was put back.
  if (before === null || before >= now) {
    return { generation, all: generation, exceptOfAll: spared, past: null, hasRemains: true };
  }
  if (endings.past !== null && before < endings.past.before) return null;
  return { ...endings, generation, past: { generation, before, except: spared }, hasRemains: true };
}
