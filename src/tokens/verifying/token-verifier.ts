import { ExpiredTokenException, InvalidTokenException } from '../../errors/exceptions.js';
import { noKey, type KeySource, type LazyClaims } from '../../keys/key-source.js';
import type { ClaimRules, VerificationKey } from '../../keys/verification-key.js';
import type { Settings } from '../../options/settings.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { JoseHeader } from '../../types/claims.js';
import type { HttpRequest } from '../../types/http.js';
import { markVerified } from '../../types/verified-payload.js';
import {
  checkBoundClaims,
  checkClaims,
  checkParties,
  fillDefaults,
  hasBegun,
  isExpired,
  providerClaims,
  validTimeOf,
  type ValidTime,
} from './claims.js';
import { freezeHeader, freezePayload, readPayload, splitCompact, type CompactToken } from './compact.js';
import { checkCsrf } from './csrf.js';
import { markForeign } from './foreign-tokens.js';
import { CachedToken } from '../cache/cached-token.js';
import { TokenCache } from '../cache/token-cache.js';
import type { TokenCodec } from '../token-codec.js';
import { SignedToken } from '../verified-token.js';

/** The options of a verification. All are required: an object without one would inherit it from `Object.prototype`. */
export interface VerificationContext {
  /** The double submit value of the request. */
  readonly csrfValue: string | null | undefined;
  /** Accept an expired token. */
  readonly allowExpired: boolean | undefined;
  /** Accept a token that is not yet valid: for a token that the application has just made. */
  readonly allowEarly: boolean;
  /** The request, for `decodeKey`. */
  readonly request: HttpRequest | undefined;
}

/** The largest number of cached headers. */
const MOST_HEADERS = 100;

/** A verification without a request. */
export const NO_CONTEXT: VerificationContext = Object.freeze({
  csrfValue: null,
  allowExpired: false,
  allowEarly: false,
  request: undefined,
});

/** Verifies the signature and the claims of a token, with the order of checks of Flask-JWT-Extended's `decode_token()`. */
export class TokenVerifier {
  /**
   * Parsed headers by their segment, because most tokens have the same header. They save 0.5 µs of a guard call for a new
   * token, 10 % (HS256, Node 20). Only headers of signed tokens are stored.
   */
  private readonly knownHeaders = new Map<string, JoseHeader>();
  private readonly cache: TokenCache | null;

  constructor(
    private readonly settings: Settings,
    private readonly keys: KeySource,
    private readonly codec: TokenCodec,
  ) {
    this.cache = settings.cache && new TokenCache(settings.cache, settings.claims !== null);
  }

  /** Empties the cache, after the keys have changed. */
  clearCache(): void {
    this.cache?.clear();
  }

  verify(rawToken: unknown, context = NO_CONTEXT): Awaitable<SignedToken> {
    const known = typeof rawToken === 'string' ? this.cache?.find(rawToken) : undefined;
    return known === undefined ? this.verifyUnknown(rawToken, context) : this.verifyKnown(known, context);
  }

  private verifyUnknown(rawToken: unknown, context: VerificationContext): Awaitable<SignedToken> {
    const token = splitCompact(rawToken, this.settings.maxTokenLength, this.knownHeaders);
    const claims = new UnverifiedClaims(token);
    // The callback could change an object that is not frozen, and the claims would be accepted with the change.
    if (this.settings.callbacks.decodeKey !== undefined) claims.freeze();
    const keys = this.keys.keysFor(token.unverifiedHeader, claims, context.request);
    if (areAvailable(keys)) return this.checkToken(this.checkSignature(token, claims, keys), context);
    return keys.then((chosen) => this.checkToken(this.checkSignature(token, claims, chosen), context));
  }

  /** The signature of a cached token is valid. Each request checks that its key is still one of the keys for this token. */
  private verifyKnown(token: CachedToken, context: VerificationContext): Awaitable<SignedToken> {
    const keys = this.keys.keysFor(token.header, { value: token.claims }, context.request);
    if (areAvailable(keys)) return this.checkToken(this.confirmSigner(token, keys), context);
    return keys.then((chosen) => this.checkToken(this.confirmSigner(token, chosen), context));
  }

  private confirmSigner(token: CachedToken, keys: readonly VerificationKey[]): SignedToken {
    if (keys.includes(token.signer)) return token;
    this.cache?.remove(token);
    const compact = splitCompact(token.rawToken, this.settings.maxTokenLength);
    return this.checkSignature(compact, new UnverifiedClaims(compact), keys);
  }

  private checkSignature(
    token: CompactToken,
    unverified: UnverifiedClaims,
    keys: readonly VerificationKey[],
  ): SignedToken {
    const signer = keys.find((key) => this.codec.verifySignature(token, key));
    if (signer === undefined) {
      throw keys.length === 0 ? noKey() : new InvalidTokenException('Signature verification failed');
    }
    const claims = unverified.freeze();
    this.cacheHeader(token);
    const payload = signer.own
      ? fillDefaults(claims)
      : providerClaims(claims, signer.rules ?? this.settings, Date.now() / 1000);
    if (!signer.own) markForeign(payload);
    return new SignedToken(token.rawToken, token.unverifiedHeader, claims, payload, signer);
  }

  private cacheHeader({ newHeader, unverifiedHeader }: CompactToken): void {
    if (newHeader === null) return;
    if (this.knownHeaders.size >= MOST_HEADERS) this.knownHeaders.clear();
    // Copies the segment, because a slice would hold the whole token in memory.
    this.knownHeaders.set(Buffer.from(newHeader, 'latin1').toString('latin1'), unverifiedHeader);
  }

  /** Makes the checks whose result can change between requests. Caches the token after they pass. */
  private checkToken(token: SignedToken, { csrfValue, allowExpired, allowEarly }: VerificationContext): SignedToken {
    const now = Date.now() / 1000;
    const { header, payload, signer } = token;
    const rules = signer.rules ?? this.settings;
    const time = this.checkClaims(token, rules, allowEarly ? Infinity : now);
    if (csrfValue !== undefined && csrfValue !== null) checkCsrf(payload, header, csrfValue);
    const expired = isExpired(time, rules, now);
    this.cache?.put(token, expired ? 'expired' : 'current');
    if (expired && !allowExpired) throw new ExpiredTokenException(undefined, { payload, header });
    return token;
  }

  /** Checks the claims. A cached token has passed all checks before. Only its time, issuer and audience are checked again. */
  private checkClaims(token: SignedToken, rules: ClaimRules, now: number): ValidTime {
    const { claims, signer, header, payload } = token;
    checkBoundClaims(claims, signer);
    if (token instanceof CachedToken && hasBegun(token, rules, now)) {
      checkParties(claims, rules);
      return token;
    }
    checkClaims(claims, rules, now);
    markVerified(payload, header);
    return validTimeOf(claims);
  }
}

/** The claims of a token before its signature is verified. They are parsed on first use, because most keys need none. */
class UnverifiedClaims implements LazyClaims {
  private parsed: Record<string, unknown> | null = null;

  constructor(private readonly token: CompactToken) {}

  get value(): Readonly<Record<string, unknown>> {
    return (this.parsed ??= readPayload(this.token));
  }

  /** Freezes the header and the claims, and returns the claims. */
  freeze(): Readonly<Record<string, unknown>> {
    freezeHeader(this.token);
    return freezePayload(this.value);
  }
}

function areAvailable(keys: Awaitable<readonly VerificationKey[]>): keys is readonly VerificationKey[] {
  return Array.isArray(keys);
}
