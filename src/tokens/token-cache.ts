import type { CacheSettings } from '../options/settings.js';
import { TokenShelf } from './token-shelf.js';
import { SignedToken } from './verified-token.js';

/** The part of the cache that is for tokens whose time is over. */
const EXPIRED_PART = 1 / 16;

/**
 * Remembers of tokens that a key signed them, and what they say; nothing else. Only genuine ones enter. Those that have
 * expired have a small part of their own, so that whoever presents them drives out nothing good.
 */
export class TokenCache {
  private readonly current: TokenShelf;
  private readonly expired: TokenShelf;

  constructor({ maxTokens, maxBytes }: CacheSettings) {
    const [tokens, bytes] = [Math.floor(maxTokens * EXPIRED_PART), Math.floor(maxBytes * EXPIRED_PART)];
    this.expired = new TokenShelf({ maxTokens: tokens, maxBytes: bytes });
    this.current = new TokenShelf({ maxTokens: maxTokens - tokens, maxBytes: maxBytes - bytes });
  }

  find(rawToken: string): SignedToken | undefined {
    return this.current.find(rawToken) ?? this.expired.find(rawToken);
  }

  /** A token that was verified, and holds. */
  remember(token: SignedToken): void {
    if (this.current.wants()) this.current.add(compact(token));
  }

  /** A token that would hold, were its time not over. */
  rememberExpired(token: SignedToken): void {
    this.current.remove(token.rawToken);
    if (this.expired.wants()) this.expired.add(compact(token));
  }

  /** A token whose key is not what it was. */
  forget(token: SignedToken): void {
    this.current.remove(token.rawToken);
    this.expired.remove(token.rawToken);
  }
}

/** With a text of its own: that of a request was cut out of a header, all of which it would keep in memory. */
function compact({ rawToken, header, claims, payload, signer }: SignedToken): SignedToken {
  return new SignedToken(Buffer.from(rawToken, 'latin1').latin1Slice(), header, claims, payload, signer);
}
