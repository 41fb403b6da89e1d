import type { CachedToken } from './cached-token.js';

/** How much may be kept. */
export interface PartitionSize {
  readonly maxTokens: number;
  readonly maxBytes: number;
}

/**
 * On a full partition one new token in so many replaces another: the rest cost nothing but the look. Where more tokens are in
 * use than fit, some of them stay and are found, and whoever comes once replaces little.
 */
const ADMITTED = 1 / 16;

/** How many tokens in use are passed over before one has to go all the same. */
const SECOND_CHANCES = 8;

/** Of how many letters at its end the number is made that a token is filed under. */
const FILED_LETTERS = 7;

/** That of the hash FNV-1a, for 32 bits. */
const FNV_PRIME = 0x01000193;

/** Tokens by their text, within bounds. */
export class CachePartition {
  private readonly tokens = new Map<number, CachedToken>();
  private readonly order: CachedToken[] = [];
  private bytes = 0;

  constructor(private readonly size: PartitionSize) {}

  /** The token of exactly this text: all of it is compared. */
  find(rawToken: string): CachedToken | undefined {
    if (this.order.length === 0) return undefined;
    const token = this.tokens.get(fileNumber(rawToken));
    if (token?.rawToken !== rawToken) return undefined;
    token.wasUsed = true;
    return token;
  }

  /** Whether a token that is not here would be taken, were it added now. */
  wants(): boolean {
    const isFull = this.order.length >= this.size.maxTokens || this.bytes >= this.size.maxBytes;
    return !isFull || (this.size.maxTokens > 0 && Math.random() < ADMITTED);
  }

  add(token: CachedToken): void {
    const { bytes } = token;
    if (bytes > this.size.maxBytes) return;
    const number = fileNumber(token.rawToken);
    const other = this.tokens.get(number);
    if (other !== undefined) this.remove(other);
    while (this.order.length >= this.size.maxTokens || this.bytes + bytes > this.size.maxBytes) this.removeOne();
    token.index = this.order.length;
    this.order.push(token);
    this.tokens.set(number, token);
    this.bytes += bytes;
  }

  /** Takes a token out, if it is here. */
  remove(token: CachedToken): void {
    if (this.order[token.index] !== token) return;
    this.tokens.delete(fileNumber(token.rawToken));
    this.bytes -= token.bytes;
    const last = this.order.pop() as CachedToken;
    if (last === token) return;
    last.index = token.index;
    this.order[token.index] = last;
  }

  /** At random, as nobody can foresee, but rather one that was not used of late. */
  private removeOne(): void {
    let index = Math.floor(Math.random() * this.order.length);
    for (let passed = 0; passed < SECOND_CHANCES && this.tokenAt(index).wasUsed; passed++) {
      this.tokenAt(index).wasUsed = false;
      index = (index + 1) % this.order.length;
    }
    this.remove(this.tokenAt(index));
  }

  private tokenAt(index: number): CachedToken {
    return this.order[index] as CachedToken;
  }
}

/**
 * 32 bits of the end of the signature, which nobody can choose who has not the key. Two tokens of one number replace each
 * other, which costs them their place and no more.
 */
function fileNumber(rawToken: string): number {
  let number = 0;
  for (let at = Math.max(0, rawToken.length - FILED_LETTERS); at < rawToken.length; at++) {
    number = Math.imul(number ^ rawToken.charCodeAt(at), FNV_PRIME);
  }
  return number;
}
