import type { Settings } from '../options/settings.js';
import { after, type Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { StoreKeys } from '../tokens/verifying/store-keys.js';
import type { Standing, TokenRevocation } from './token-revocation.js';
import type { VerifiedToken } from '../tokens/verified-token.js';

const VALID: Standing = Object.freeze({ isRevoked: false, endsAt: null });
const REVOKED: Standing = Object.freeze({ isRevoked: true, endsAt: null });

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

  /** Asks again about a token that opened a connection: `isTokenRevoked` first, then the store without its cache. */
  standingOf({ payload, header }: VerifiedToken, keys: StoreKeys): Awaitable<Standing> {
    const { isTokenRevoked } = this.settings.callbacks;
    const askStore = () => this.tokens?.standingOf(payload, keys) ?? VALID;
    if (isTokenRevoked === undefined) return askStore();
    return after(isTokenRevoked(payload, header), (revoked) => (revoked ? REVOKED : askStore()));
  }
}
