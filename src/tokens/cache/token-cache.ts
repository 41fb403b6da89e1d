import type { CacheSettings } from '../../options/settings.js';
import { KeptToken, type CachePart } from './kept-token.js';
import { bytesOf } from './token-bytes.js';
import { TokenShelf } from './token-shelf.js';
import type { SignedToken } from '../verified-token.js';

/** How much of the cache is for tokens whose time is over. */
const EXPIRED_SHARE = 1 / 16;

type Shelves = Readonly<Record<CachePart, TokenShelf>>;

/**
 * Remembers of tokens that a key signed them, and what they say; nothing else. Only genuine ones enter. Those that have
 * expired have a small part of their own, so that whoever presents them drives out nothing good.
 */
export class TokenCache {
  private shelves: Shelves;

  constructor(
    private readonly size: CacheSettings,
    private readonly hasStore: boolean,
  ) {
    this.shelves = emptyShelves(size);
  }

  find(rawToken: string): KeptToken | undefined {
    return this.shelves.current.find(rawToken) ?? this.shelves.expired.find(rawToken);
  }

  /** Puts a genuine token where it belongs, if it is not there. */
  keep(token: SignedToken, part: CachePart): void {
    if (token instanceof KeptToken) {
      if (token.part === part) return;
      this.forget(token);
    }
    const shelf = this.shelves[part];
    if (shelf.wants()) shelf.add(new KeptToken(token, part, bytesOf(token, this.hasStore)));
  }

  /** Takes a token out. */
  forget(token: KeptToken): void {
    this.shelves[token.part].remove(token);
  }

  /** Forgets all of them. */
  clear(): void {
    this.shelves = emptyShelves(this.size);
  }
}

function emptyShelves({ maxTokens, maxBytes }: CacheSettings): Shelves {
  const [tokens, bytes] = [Math.floor(maxTokens * EXPIRED_SHARE), Math.floor(maxBytes * EXPIRED_SHARE)];
  return {
    current: new TokenShelf({ maxTokens: maxTokens - tokens, maxBytes: maxBytes - bytes }),
    expired: new TokenShelf({ maxTokens: tokens, maxBytes: bytes }),
  };
}
