import type { SignedToken } from './verified-token.js';
import { bytesOf } from './token-bytes.js';

/** How much may be kept. */
export interface ShelfSize {
  readonly maxTokens: number;
  readonly maxBytes: number;
}

interface Entry {
  readonly token: SignedToken;
  readonly bytes: number;
  /** Its place in the order. */
  slot: number;
  /** It was found since it last might have had to go. */
  wasUsed: boolean;
}

/**
 * On a full shelf one new token in so many replaces another: the rest cost nothing but the look. Where more tokens are in
 * use than fit, some of them stay and are found, and whoever comes once replaces little.
 */
const ADMITTED = 1 / 16;

/** How many tokens in use are passed over before one has to go all the same. */
const SECOND_CHANCES = 8;

/**
 * How many letters a token is filed under: the end of its signature, which nobody can choose who has not the key. Two of
 * one end replace each other, once in 2 to the 70. Short enough that V8 makes a text of its own of it, not a part of the
 * token's.
 */
const TAIL = 12;

/** Tokens by their text, within bounds. */
export class TokenShelf {
  private readonly entries = new Map<string, Entry>();
  private readonly order: Entry[] = [];
  private bytes = 0;

  constructor(private readonly size: ShelfSize) {}

  /** The token of exactly this text: all of it is compared. */
  find(rawToken: string): SignedToken | undefined {
    if (this.entries.size === 0) return undefined;
    const entry = this.entries.get(rawToken.slice(-TAIL));
    if (entry?.token.rawToken !== rawToken) return undefined;
    entry.wasUsed = true;
    return entry.token;
  }

  /** Whether a token that is not here would be taken, were it added now. */
  wants(): boolean {
    const isFull = this.entries.size >= this.size.maxTokens || this.bytes >= this.size.maxBytes;
    return !isFull || (this.size.maxTokens > 0 && Math.random() < ADMITTED);
  }

  add(token: SignedToken): void {
    const bytes = bytesOf(token);
    if (bytes > this.size.maxBytes) return;
    this.remove(token.rawToken);
    while (this.entries.size >= this.size.maxTokens || this.bytes + bytes > this.size.maxBytes) this.removeOne();
    const entry = { token, bytes, slot: this.order.length, wasUsed: false };
    this.entries.set(token.rawToken.slice(-TAIL), entry);
    this.order.push(entry);
    this.bytes += bytes;
  }

  /** Takes out what is filed under this text. */
  remove(rawToken: string): void {
    const entry = this.entries.get(rawToken.slice(-TAIL));
    if (entry !== undefined) this.removeEntry(entry);
  }

  /** At random, as nobody can foresee, but rather one that was not used of late. */
  private removeOne(): void {
    let slot = Math.floor(Math.random() * this.order.length);
    for (let passed = 0; passed < SECOND_CHANCES && this.entryAt(slot).wasUsed; passed++) {
      this.entryAt(slot).wasUsed = false;
      slot = (slot + 1) % this.order.length;
    }
    this.removeEntry(this.entryAt(slot));
  }

  private removeEntry(entry: Entry): void {
    this.entries.delete(entry.token.rawToken.slice(-TAIL));
    this.bytes -= entry.bytes;
    const last = this.order.pop() as Entry;
    if (last === entry) return;
    last.slot = entry.slot;
    this.order[entry.slot] = last;
  }

  private entryAt(slot: number): Entry {
    return this.order[slot] as Entry;
  }
}
