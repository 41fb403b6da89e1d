import type { CachedToken } from './cached-token.js';

/** The limits of a partition. */
export interface PartitionLimits {
  readonly maxTokens: number;
  readonly maxBytes: number;
}

/**
 * The share of new tokens that a full partition adds. If more tokens are in use than fit, some of them stay long enough to be
 * found again. Tokens that are used once replace few others, and those that are not added cost only the look-up.
 */
const ADMITTED = 1 / 16;

/** How many recently used tokens are skipped before one of them is removed. */
const SECOND_CHANCES = 8;

/** How many trailing characters of the signature form the hash key. */
const HASHED_CHARACTERS = 7;

/** The prime of the hash FNV-1a with 32 bits. */
const FNV_PRIME = 0x01000193;

/** Tokens by their raw string, within the limits. */
export class CachePartition {
  private readonly tokens = new Map<number, CachedToken>();
  private readonly order: CachedToken[] = [];
  private bytes = 0;

  constructor(private readonly limits: PartitionLimits) {}

  /** Finds the token with exactly this string. It compares the whole string. */
  find(rawToken: string): CachedToken | undefined {
    if (this.order.length === 0) return undefined;
    const token = this.tokens.get(hashKey(rawToken));
    if (token?.rawToken !== rawToken) return undefined;
    token.wasUsed = true;
    return token;
  }

  /** Whether a new token should be added now. A full partition decides at random. */
  shouldAdd(): boolean {
    return !this.isFull() || (this.limits.maxTokens > 0 && Math.random() < ADMITTED);
  }

  /** Whether there is no room for another token of the average size. */
  private isFull(): boolean {
    const count = this.order.length;
    return count >= this.limits.maxTokens || this.bytes + this.bytes / Math.max(1, count) > this.limits.maxBytes;
  }

  add(token: CachedToken): void {
    const { bytes } = token;
    if (bytes > this.limits.maxBytes) return;
    const key = hashKey(token.rawToken);
    const other = this.tokens.get(key);
    if (other !== undefined) this.remove(other);
    while (this.order.length >= this.limits.maxTokens || this.bytes + bytes > this.limits.maxBytes) this.removeOne();
    token.index = this.order.length;
    this.order.push(token);
    this.tokens.set(key, token);
    this.bytes += bytes;
  }

  /** Removes a token, if the partition has it. */
  remove(token: CachedToken): void {
    if (this.order[token.index] !== token) return;
    this.tokens.delete(hashKey(token.rawToken));
    this.bytes -= token.bytes;
    const last = this.order.pop() as CachedToken;
    if (last === token) return;
    last.index = token.index;
    this.order[token.index] = last;
  }

  /** Removes a random token, so that a client cannot predict it. Prefers a token that was not used recently. */
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
 * Hashes the end of the signature to 32 bits. A Map by the whole string would hash all its characters: a guard call for a
 * cached token would take 1.25 µs instead of 0.78 µs (Node 20). Without the key, a client cannot choose the hash. Two tokens
 * with the same hash replace each other in the cache, which costs time and nothing else.
 */
function hashKey(rawToken: string): number {
  let hash = 0;
  for (let at = Math.max(0, rawToken.length - HASHED_CHARACTERS); at < rawToken.length; at++) {
    hash = Math.imul(hash ^ rawToken.charCodeAt(at), FNV_PRIME);
  }
  return hash;
}
