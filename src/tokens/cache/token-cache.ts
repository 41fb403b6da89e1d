import type { CacheSettings } from '../../options/settings.js';
import { CachedToken, type CachePart } from './cached-token.js';
import { bytesOf } from './token-bytes.js';
import { CachePartition } from './cache-partition.js';
import type { SignedToken } from '../verified-token.js';

/** How much of the cache is for tokens whose time is over. */
const EXPIRED_SHARE = 1 / 16;

type Partitions = Readonly<Record<CachePart, CachePartition>>;

/**
 * Remembers of tokens that a key signed them, and what they say; nothing else. Only genuine ones enter. Those that have
 * expired have a small part of their own, so that whoever presents them drives out nothing good.
 */
export class TokenCache {
  private partitions: Partitions;

  constructor(
    private readonly size: CacheSettings,
    private readonly hasStore: boolean,
  ) {
    this.partitions = emptyPartitions(size);
  }

  find(rawToken: string): CachedToken | undefined {
    return this.partitions.current.find(rawToken) ?? this.partitions.expired.find(rawToken);
  }

  /** Puts a genuine token where it belongs, if it is not there. */
  keep(token: SignedToken, part: CachePart): void {
    if (token instanceof CachedToken) {
      if (token.part === part) return;
      this.forget(token);
    }
    const partition = this.partitions[part];
    if (partition.wants()) partition.add(new CachedToken(token, part, bytesOf(token, this.hasStore)));
  }

  /** Takes a token out. */
  forget(token: CachedToken): void {
    this.partitions[token.part].remove(token);
  }

  /** Forgets all of them. */
  clear(): void {
    this.partitions = emptyPartitions(this.size);
  }
}

function emptyPartitions({ maxTokens, maxBytes }: CacheSettings): Partitions {
  const [tokens, bytes] = [Math.floor(maxTokens * EXPIRED_SHARE), Math.floor(maxBytes * EXPIRED_SHARE)];
  return {
    current: new CachePartition({ maxTokens: maxTokens - tokens, maxBytes: maxBytes - bytes }),
    expired: new CachePartition({ maxTokens: tokens, maxBytes: bytes }),
  };
}
