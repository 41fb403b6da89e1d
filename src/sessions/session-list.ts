import {
  RevocationStore,
  type SessionPage,
  type SessionPageQuery,
  type SessionRecord,
} from '../stores/revocation-store.js';
import { pageOf } from '../stores/session-pages.js';
import { isList, isPage } from './store-answers.js';
import type { StoreClient } from './store-client.js';
import { Turns } from '../types/turns.js';

/** How many sessions are read at once. A page of this size is read and converted in a few milliseconds. */
const PAGE_SIZE = 500;

/** Lists sessions of a subject. Every page is a call of its own, so a subject with many sessions delays no other caller. */
export class SessionList {
  constructor(private readonly store: StoreClient) {}

  /** All sessions, the last used one first. */
  async all(subject: string): Promise<SessionRecord[]> {
    const sessions: SessionRecord[] = [];
    // A store can answer at once, without another turn of the event loop.
    const turns = new Turns();
    let after: string | null = null;
    do {
      const page: SessionPage = await this.page(subject, { limit: PAGE_SIZE, after });
      sessions.push(...page.sessions);
      after = page.next;
      await turns.next();
    } while (after !== null);
    return sessions;
  }

  /** Some of them. */
  async page(subject: string, query: SessionPageQuery): Promise<SessionPage> {
    if (this.store.offers(hasPages)) return this.store.read((store) => store.listSessionPage(subject, query), isPage);
    return pageOf(await this.store.read((store) => store.listSessions(subject), isList), query);
  }
}

/** Whether a store has pages of its own. A store that does not extend our class may lack the method. */
function hasPages({ listSessionPage }: Partial<RevocationStore>): boolean {
  return listSessionPage !== undefined && listSessionPage !== RevocationStore.prototype.listSessionPage;
}
