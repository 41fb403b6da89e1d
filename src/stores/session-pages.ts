/** What decides the position of a session in the list. */
interface Listed {
  readonly sid: string;
  readonly lastUsedAt: number;
}

/** Where a page ended: the last use of its last session, and the sessions of this millisecond that were listed. */
interface Position {
  readonly lastUsedAt: number;
  readonly listed: ReadonlySet<unknown>;
}

const START: Position = { lastUsedAt: Infinity, listed: new Set() };

/** A page of a complete list, for stores that can only list all sessions. Expects the last used session first. */
export function pageOf<Session extends Listed>(
  sessions: readonly Session[],
  { limit, after }: { readonly limit: number; readonly after: string | null },
): { readonly sessions: readonly Session[]; readonly next: string | null } {
  const position = after === null ? START : readPosition(after);
  if (position === null) return { sessions: [], next: null };
  const { lastUsedAt, listed } = position;
  const left = sessions.filter(
    (each) => each.lastUsedAt < lastUsedAt || (each.lastUsedAt === lastUsedAt && !listed.has(each.sid)),
  );
  const page = left.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || page.length === left.length) return { sessions: page, next: null };
  const ofLastUse = page.filter((each) => each.lastUsedAt === last.lastUsedAt).map(({ sid }) => sid);
  const before = last.lastUsedAt === lastUsedAt ? listed : [];
  return { sessions: page, next: JSON.stringify([last.lastUsedAt, ...before, ...ofLastUse]) };
}

/** `null` for a text that no page had as `next`. */
function readPosition(text: string): Position | null {
  try {
    const [lastUsedAt, ...listed] = JSON.parse(text) as unknown[];
    return typeof lastUsedAt === 'number' ? { lastUsedAt, listed: new Set(listed) } : null;
  } catch {
    return null;
  }
}
