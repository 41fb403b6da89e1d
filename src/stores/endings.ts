// A subject with many sessions ends them by one small write: sessions of earlier generations have ended. The store removes their
// records later, a few at a time. Redis and SQL databases must not work on thousands of records in one step.

/** Which sessions of a subject ended together. */
export interface Endings {
  /** The generation of new sessions. */
  readonly generation: number;
  /** Sessions of an earlier generation have ended. */
  readonly all: number;
  /** The `sid` of the one that has not; `null`: none. */
  readonly exceptOfAll: string | null;
  /** Sessions that were opened at or before a time have ended. */
  readonly past: PastEnding | null;
}

interface PastEnding {
  /** Only sessions of an earlier generation. */
  readonly generation: number;
  readonly before: number;
  readonly except: string | null;
}

/** A session, as a store has read it. */
export interface StoredGeneration {
  readonly generation: number;
  readonly record: { readonly sid: string; readonly openedAt: number };
}

/** No session ended together with others. */
export const NO_ENDINGS: Endings = { generation: 0, all: 0, exceptOfAll: null, past: null };

/** Whether a session ended together with others, although its record is still there. */
export function isEnded({ generation, record }: StoredGeneration, { all, exceptOfAll, past }: Endings): boolean {
  if (generation < all && record.sid !== exceptOfAll) return true;
  if (past === null || generation >= past.generation) return false;
  return record.openedAt <= past.before && record.sid !== past.except;
}
