import type { Settings } from '../options/settings.js';
import { after, type Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { TokenRevocation } from './token-revocation.js';
import type { VerifiedToken } from '../tokens/verified-token.js';

/** Checks whether a verified token is revoked. It calls the application's `isTokenRevoked` first, then the store. */
export class RevocationCheck {
  constructor(
    private readonly settings: Settings,
    private readonly tokens: TokenRevocation | null,
  ) {}

  isRevoked(token: VerifiedToken, request?: HttpRequest): Awaitable<boolean> {
    const { isTokenRevoked } = this.settings.callbacks;
    if (isTokenRevoked === undefined) return this.tokens?.isRevoked(token, request) ?? false;
    return after(isTokenRevoked(token.payload, token.header, request), (revoked) =>
      revoked ? true : (this.tokens?.isRevoked(token, request) ?? false),
    );
  }
}
