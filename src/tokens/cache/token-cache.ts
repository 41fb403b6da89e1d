import { Concealed } from '../../types/concealed.js';
import type { CacheSettings } from '../../options/cache-options.js';
import { CachedToken, type CachePart } from './cached-token.js';
import { sizeOf } from './token-size.js';
import { CachePartition } from './cache-partition.js';
import type { SignedToken } from '../verified-token.js';

/** The share of the cache for expired tokens. */
const EXPIRED_SHARE = 1 / 16;

type Partitions = Readonly<Record<CachePart, CachePartition>>;

/**
 * The cache of tokens with a valid signature, and of their claims. Expired tokens have a small partition of their own, so that
 * a client that sends many of them cannot remove valid tokens.
 */
@Concealed()
export class TokenCache {
  private partitions: Partitions;

  constructor(
    private readonly limits: CacheSettings,
    /** Whether a token also stores what a schema returns for its claims. */
    private readonly hasSchema = false,
  ) {
    this.partitions = emptyPartitions(limits);
  }

  find(rawToken: string): CachedToken | undefined {
    return this.partitions.current.find(rawToken) ?? this.partitions.expired.find(rawToken);
  }

  /** Adds a token with a valid signature to a partition, or moves it there. */
  put(token: SignedToken, part: CachePart): void {
    if (token instanceof CachedToken) {
      if (token.part === part) return;
      this.remove(token);
    }
    const partition = this.partitions[part];
    if (partition.shouldAdd()) partition.add(new CachedToken(token, part, sizeOf(token, this.hasSchema)));
  }

  /** Removes a token. */
  remove(token: CachedToken): void {
    this.partitions[token.part].remove(token);
  }

  /** Removes all tokens. */
  clear(): void {
    this.partitions = emptyPartitions(this.limits);
  }
}

function emptyPartitions({ maxTokens, maxBytes }: CacheSettings): Partitions {
  const [tokens, bytes] = [Math.floor(maxTokens * EXPIRED_SHARE), Math.floor(maxBytes * EXPIRED_SHARE)];
  return {
    current: new CachePartition({ maxTokens: maxTokens - tokens, maxBytes: maxBytes - bytes }),
    expired: new CachePartition({ maxTokens: tokens, maxBytes: bytes }),
  };
}
