import { InvalidTokenException } from '../errors/exceptions.js';
import { noKey, type KeySource } from '../keys/key-source.js';
import type { VerificationKey } from '../keys/verification-key.js';
import type { Settings } from '../options/settings.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { checkBoundClaims, checkClaims, fillDefaults, refuseExpired } from './claims.js';
import { parseCompact, parsePayload, type CompactToken } from './compact.js';
import { checkCsrf } from './csrf.js';
import { markForeign } from './foreign-tokens.js';
import type { TokenCodec } from './token-codec.js';

/** A token whose signature and claims hold, deeply frozen. */
export interface VerifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims, with the defaults for `type`, `fresh` and `jti`. */
  readonly payload: JwtPayload;
}

/** What a verification can be told. */
export interface VerificationContext {
  /** The double submit value that came with the token. */
  readonly csrfValue?: string | null;
  /** Take a token whose time is over. */
  readonly allowExpired?: boolean;
  /** The request, for `decodeKey`. */
  readonly request?: HttpRequest;
}

/** Says whether a token was signed by us and holds now: Flask-JWT-Extended's `decode_token()`, in its order of checks. */
export class TokenVerifier {
  private readonly headers = new WeakMap<JwtPayload, JoseHeader>();

  constructor(
    private readonly settings: Settings,
    private readonly keys: KeySource,
    private readonly codec: TokenCodec,
  ) {}

  /** The header that came with claims of ours; a `TypeError` for an object this service did not verify. */
  tokenOf(payload: JwtPayload): VerifiedToken {
    const header = this.headers.get(payload);
    if (header !== undefined) return { header, payload };
    throw new TypeError('Not a verified payload: pass what @Jwt() or TokenService.verify() gave, or the token itself.');
  }

  verify(rawToken: unknown, context: VerificationContext = {}): Awaitable<VerifiedToken> {
    const token = parseCompact(rawToken, this.settings.maxTokenLength);
    const payload = parsePayload(token);
    const keys = this.keys.keysFor(token.unverifiedHeader, payload, context.request);
    if (!isPromise(keys)) return this.verifyWith(keys, token, payload, context);
    return keys.then((chosen) => this.verifyWith(chosen, token, payload, context));
  }

  private verifyWith(
    keys: readonly VerificationKey[],
    token: CompactToken,
    claims: Readonly<Record<string, unknown>>,
    { csrfValue, allowExpired }: VerificationContext,
  ): VerifiedToken {
    const now = Date.now() / 1000;
    const key = this.signerOf(token, keys);
    const rules = key.rules ?? this.settings;
    checkBoundClaims(claims, key);
    checkClaims(claims, rules, now);
    const header = token.unverifiedHeader;
    const payload = fillDefaults(claims);
    if (csrfValue !== undefined && csrfValue !== null) checkCsrf(payload, header, csrfValue);
    if (!allowExpired) refuseExpired(payload, header, rules, now);
    this.headers.set(payload, header);
    if (!key.own) markForeign(payload);
    return { header, payload };
  }

  private signerOf(token: CompactToken, keys: readonly VerificationKey[]): VerificationKey {
    for (const key of keys) if (this.codec.verifySignature(token, key)) return key;
    throw keys.length === 0 ? noKey() : new InvalidTokenException('Signature verification failed');
  }
}
