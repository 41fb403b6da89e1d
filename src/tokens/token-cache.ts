import type { CacheSettings } from '../options/settings.js';
import { TokenShelf } from './token-shelf.js';
import { SignedToken } from './verified-token.js';

/** The part of the cache that is for tokens whose time is over. */
const EXPIRED_PART = 1 / 16;

type Shelves = Readonly<Record<'current' | 'expired', TokenShelf>>;

/**
 * Remembers of tokens that a key signed them, and what they say; nothing else. Only genuine ones enter. Those that have
 * expired have a small part of their own, so that whoever presents them drives out nothing good.
 */
export class TokenCache {
  private shelves: Shelves;

  constructor(private readonly size: CacheSettings) {
    this.shelves = emptyShelves(size);
  }

  find(rawToken: string): SignedToken | undefined {
    return this.shelves.current.find(rawToken) ?? this.shelves.expired.find(rawToken);
  }

  /** Puts a genuine token where it belongs, if it is not there. */
  keep(token: SignedToken, where: 'current' | 'expired'): void {
    if (token.kept === where) return;
    this.forget(token);
    const shelf = this.shelves[where];
    if (shelf.wants()) shelf.add(compact(token, where));
  }

  /** Takes a token out, wherever it is. */
  forget({ kept, rawToken }: SignedToken): void {
    if (kept !== null) this.shelves[kept].remove(rawToken);
  }

  /** Forgets all of them. */
  clear(): void {
    this.shelves = emptyShelves(this.size);
  }
}

function emptyShelves({ maxTokens, maxBytes }: CacheSettings): Shelves {
  const [tokens, bytes] = [Math.floor(maxTokens * EXPIRED_PART), Math.floor(maxBytes * EXPIRED_PART)];
  return {
    current: new TokenShelf({ maxTokens: maxTokens - tokens, maxBytes: maxBytes - bytes }),
    expired: new TokenShelf({ maxTokens: tokens, maxBytes: bytes }),
  };
}

/** With a text of its own: that of a request was cut out of a header, all of which it would keep in memory. */
function compact({ rawToken, header, claims, payload, signer }: SignedToken, kept: 'current' | 'expired'): SignedToken {
  const text = Buffer.from(rawToken, 'latin1').toString('latin1');
  return new SignedToken(text, header, claims, payload, signer, kept);
}
