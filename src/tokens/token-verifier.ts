import type { KeyObject } from 'node:crypto';
import { InvalidTokenException } from '../errors/exceptions.js';
import type { HmacSecret } from '../options/jwt-extended-options.js';
import type { Settings } from '../options/settings.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { after, type Awaitable } from '../types/awaitable.js';
import { ownValue, type JoseHeader, type JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { checkClaims, fillDefaults, refuseExpired } from './claims.js';
import { parseCompact, parsePayload, type CompactToken } from './compact.js';
import { checkCsrf } from './csrf.js';
import { prepareSecret, type KeyRing } from './keys.js';
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
    private readonly keys: KeyRing,
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
    const { decodeKey } = this.settings.callbacks;
    if (decodeKey === undefined) return this.verifyWith(token, payload, null, context);
    return after(decodeKey(token.unverifiedHeader, payload, context.request), (chosen) =>
      this.verifyWith(token, payload, { chosen }, context),
    );
  }

  private verifyWith(
    token: CompactToken,
    claims: Readonly<Record<string, unknown>>,
    key: ChosenKey | null,
    { csrfValue, allowExpired }: VerificationContext,
  ): VerifiedToken {
    const now = Date.now() / 1000;
    const algorithm = this.acceptedAlgorithm(token.unverifiedHeader);
    this.codec.verifySignature(token.rawToken, algorithm, this.keysFor(algorithm, key));
    checkClaims(claims, this.settings, now);
    const header = token.unverifiedHeader;
    const payload = fillDefaults(claims);
    if (csrfValue !== undefined && csrfValue !== null) checkCsrf(payload, header, csrfValue);
    if (!allowExpired) refuseExpired(payload, header, this.settings, now);
    this.headers.set(payload, header);
    return { header, payload };
  }

  private acceptedAlgorithm(header: JoseHeader): JwtAlgorithm {
    const algorithm = ownValue(header, 'alg');
    if (algorithm === undefined) throw new InvalidTokenException('Algorithm not specified');
    if (typeof algorithm !== 'string' || !this.settings.decodeAlgorithms.has(algorithm)) {
      throw new InvalidTokenException('The specified alg value is not allowed');
    }
    return algorithm as JwtAlgorithm;
  }

  private keysFor(algorithm: JwtAlgorithm, key: ChosenKey | null): readonly KeyObject[] {
    if (key === null) return this.keys.verificationKeys(algorithm);
    if (key.chosen === undefined || key.chosen === null) throw new InvalidTokenException('No key for this token');
    const strength = { algorithm, allowWeakSecret: this.settings.allowWeakSecret };
    return [prepareSecret(key.chosen, strength, 'The key that decodeKey returned')];
  }
}

/** What `decodeKey` answered; nothing means that the application has no key for such a token. */
interface ChosenKey {
  readonly chosen: HmacSecret | null | undefined;
}
