import { allNoted } from '../stores/noted-pages.js';
import { RevocationStore, type NotedPage, type NotedRevocation } from '../stores/revocation-store.js';
import { keepsNotes } from './revocation-note.js';
import { isNotedList, isNotedPage } from './store-answers.js';
import type { StoreClient } from './store-client.js';

/** How many entries are read at once. A page of this size is read and converted in a few milliseconds. */
const PAGE_SIZE = 512;

/** Lists what was revoked of a subject with a note. Every page is a call of its own, with a deadline of its own. */
export class NotedList {
  constructor(private readonly store: StoreClient) {}

  /** All entries, the latest first. */
  async all(subject: string): Promise<readonly NotedRevocation[]> {
    if (!this.store.offers(keepsNotes)) return [];
    return allNoted((after) => this.page(subject, after));
  }

  private async page(subject: string, after: string | null): Promise<NotedPage> {
    const query = { limit: PAGE_SIZE, after };
    if (this.store.offers(hasPages))
      return this.store.read((store) => store.listNotedPage(subject, query), isNotedPage);
    return { entries: await this.store.read((store) => store.listNoted(subject), isNotedList), next: null };
  }
}

/** Whether a store has pages of its own. A store that does not extend our class may lack the method. */
function hasPages({ listNotedPage }: Partial<RevocationStore>): boolean {
  return listNotedPage !== undefined && listNotedPage !== RevocationStore.prototype.listNotedPage;
}
