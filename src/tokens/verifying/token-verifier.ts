import { ExpiredTokenException, InvalidTokenException } from '../../errors/exceptions.js';
import { noKey, type KeySource } from '../../keys/key-source.js';
import type { ClaimRules, VerificationKey } from '../../keys/verification-key.js';
import type { Settings } from '../../options/settings.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { JoseHeader, JwtPayload } from '../../types/claims.js';
import type { HttpRequest } from '../../types/http.js';
import { SlotMap } from '../../types/slot-map.js';
import {
  checkBoundClaims,
  checkClaims,
  checkParties,
  fillDefaults,
  hasBegun,
  isExpired,
  validTimeOf,
  type ValidTime,
} from './claims.js';
import { parseCompact, parsePayload, type CompactToken } from './compact.js';
import { checkCsrf } from './csrf.js';
import { markForeign } from './foreign-tokens.js';
import { HeaderSlot } from './header-slot.js';
import { CachedToken } from '../cache/cached-token.js';
import { TokenCache } from '../cache/token-cache.js';
import type { TokenCodec } from '../token-codec.js';
import { SignedToken, type VerifiedToken } from '../verified-token.js';

/** What a verification can be told. */
export interface VerificationContext {
  /** The double submit value that came with the token. */
  readonly csrfValue?: string | null;
  /** Take a token whose time is over. */
  readonly allowExpired?: boolean;
  /** The request, for `decodeKey`. */
  readonly request?: HttpRequest;
}

/** How many headers are remembered. */
const MOST_HEADERS = 100;

const NO_CONTEXT: VerificationContext = {};

/** Says whether a token was signed by us and holds now: Flask-JWT-Extended's `decode_token()`, in its order of checks. */
export class TokenVerifier {
  private readonly headers = new SlotMap<JwtPayload, JoseHeader>(HeaderSlot);
  /** By their text: most tokens have the same. Only those of tokens that a key has signed are kept. */
  private readonly knownHeaders = new Map<string, JoseHeader>();
  private readonly cache: TokenCache | null;

  constructor(
    private readonly settings: Settings,
    private readonly keys: KeySource,
    private readonly codec: TokenCodec,
  ) {
    this.cache = settings.cache && new TokenCache(settings.cache, settings.revocation !== null);
  }

  /** Forgets which tokens were signed: the keys have changed. */
  forgetTokens(): void {
    this.cache?.clear();
  }

  /** The header that came with claims of ours; a `TypeError` for an object this service did not verify. */
  tokenOf(payload: JwtPayload): VerifiedToken {
    const header = this.headers.get(payload);
    if (header !== undefined) return { header, payload };
    throw new TypeError('Not a verified payload: pass what @Jwt() or TokenService.verify() gave, or the token itself.');
  }

  verify(rawToken: unknown, context = NO_CONTEXT): Awaitable<SignedToken> {
    const known = typeof rawToken === 'string' ? this.cache?.find(rawToken) : undefined;
    return known === undefined ? this.verifyUnknown(rawToken, context) : this.verifyKnown(known, context);
  }

  private verifyUnknown(rawToken: unknown, context: VerificationContext): Awaitable<SignedToken> {
    const token = parseCompact(rawToken, this.settings.maxTokenLength, this.knownHeaders);
    const claims = parsePayload(token);
    const keys = this.keys.keysFor(token.unverifiedHeader, claims, context.request);
    if (areThere(keys)) return this.checkToken(this.checkSignature(token, claims, keys), context);
    return keys.then((chosen) => this.checkToken(this.checkSignature(token, claims, chosen), context));
  }

  /** Its signature holds for one key; whether that is a key for it still is asked every time. */
  private verifyKnown(token: CachedToken, context: VerificationContext): Awaitable<SignedToken> {
    const keys = this.keys.keysFor(token.header, token.claims, context.request);
    if (areThere(keys)) return this.checkToken(this.confirmSigner(token, keys), context);
    return keys.then((chosen) => this.checkToken(this.confirmSigner(token, chosen), context));
  }

  private confirmSigner(token: CachedToken, keys: readonly VerificationKey[]): SignedToken {
    if (keys.includes(token.signer)) return token;
    this.cache?.forget(token);
    return this.checkSignature(parseCompact(token.rawToken, this.settings.maxTokenLength), token.claims, keys);
  }

  private checkSignature(
    token: CompactToken,
    claims: Readonly<Record<string, unknown>>,
    keys: readonly VerificationKey[],
  ): SignedToken {
    const signer = keys.find((key) => this.codec.verifySignature(token, key));
    if (signer === undefined) {
      throw keys.length === 0 ? noKey() : new InvalidTokenException('Signature verification failed');
    }
    this.keepHeader(token);
    const payload = fillDefaults(claims);
    if (!signer.own) markForeign(payload);
    return new SignedToken(token.rawToken, token.unverifiedHeader, claims, payload, signer);
  }

  private keepHeader({ newHeader, unverifiedHeader }: CompactToken): void {
    if (newHeader === null) return;
    if (this.knownHeaders.size >= MOST_HEADERS) this.knownHeaders.clear();
    // A text of its own, or all of the token would stay in memory.
    this.knownHeaders.set(Buffer.from(newHeader, 'latin1').toString('latin1'), unverifiedHeader);
  }

  /** Whether it holds in this request: whatever may change from one to the next. Only what does is remembered. */
  private checkToken(token: SignedToken, { csrfValue, allowExpired }: VerificationContext): SignedToken {
    const now = Date.now() / 1000;
    const { header, payload, signer } = token;
    const rules = signer.rules ?? this.settings;
    const time = this.checkClaims(token, rules, now);
    if (csrfValue !== undefined && csrfValue !== null) checkCsrf(payload, header, csrfValue);
    const expired = isExpired(time, rules, now);
    this.cache?.keep(token, expired ? 'expired' : 'current');
    if (expired && !allowExpired) throw new ExpiredTokenException(undefined, { payload, header });
    return token;
  }

  /** Refuses claims that do not hold; of a remembered token all have been looked at, but time passes, or is put back. */
  private checkClaims(token: SignedToken, rules: ClaimRules, now: number): ValidTime {
    const { claims, signer, header, payload } = token;
    checkBoundClaims(claims, signer);
    if (token instanceof CachedToken && hasBegun(token, rules, now)) {
      checkParties(claims, rules);
      return token;
    }
    checkClaims(claims, rules, now);
    this.headers.set(payload, header);
    return validTimeOf(claims);
  }
}

function areThere(keys: Awaitable<readonly VerificationKey[]>): keys is readonly VerificationKey[] {
  return Array.isArray(keys);
}
