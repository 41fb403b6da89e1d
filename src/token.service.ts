import { Inject, Injectable } from '@nestjs/common';
import { ErrorResponder } from './errors/error-responder.js';
import { InvalidTokenException } from './errors/exceptions.js';
import type { Duration } from './options/duration.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import type { SessionRecord } from './stores/revocation-store.js';
import { subjectOfSession } from './stores/session-id.js';
import { ownValue, type JoseHeader, type JwtPayload } from './types/claims.js';
import { parseCompact, parsePayload } from './tokens/verifying/compact.js';
import { csrfOf } from './tokens/verifying/csrf.js';
import { isForeign } from './tokens/verifying/foreign-tokens.js';
import { newIssuance, type NewToken } from './tokens/issuing/new-token.js';
import { SessionManager } from './sessions/session-manager.js';
import { accessIssuanceOf } from './sessions/sessions.js';
import { TokenFactory } from './tokens/issuing/token-factory.js';
import { TokenVerifier } from './tokens/verifying/token-verifier.js';
import type { VerifiedToken } from './tokens/verified-token.js';

/** A session: its `sid`, or the verified payload of one of its tokens. */
export type SessionReference = string | JwtPayload;

/** What can be said about one new token. */
export interface TokenOptions {
  /** Its lifetime; `false`: for ever. Default: the option `accessTokenExpires` or `refreshTokenExpires`. */
  expires?: Duration | false;
  /** Further claims; they win over everything else. */
  claims?: object;
  /** Further header parameters. */
  headers?: object;
  /** The session it joins; a refresh token takes the place of the session's own. */
  session?: SessionReference;
}

/** What can be said about a new access token. */
export interface AccessTokenOptions extends TokenOptions {
  /** Fresh for good, or for so long; default `false`. */
  fresh?: boolean | Duration;
}

/** What can be said about a new pair of tokens. */
export interface TokenPairOptions extends Omit<AccessTokenOptions, 'expires' | 'session'> {
  /** Lifetime of the access token; `false`: for ever. */
  accessExpires?: Duration | false;
  /** Lifetime of the refresh token; `false`: for ever. */
  refreshExpires?: Duration | false;
  /** A note for `listSessions`, a user agent for one; 256 characters are kept. */
  device?: string;
}

/** A session, as its owner may see it. Times in milliseconds since 1970. */
export interface SessionInfo {
  /** Its id: the claim `sid` of its tokens. */
  readonly sid: string;
  /** When it was opened. */
  readonly createdAt: number;
  /** When it was opened or last refreshed. */
  readonly lastUsedAt: number;
  /** When it ends by itself; `null`: never. */
  readonly expiresAt: number | null;
  /** The note it was opened with. */
  readonly device?: string;
}

/** What `revokeAllFor` can be told. */
export interface RevokeAllOptions {
  /** Only what was issued up to this time (milliseconds of the store's clock, or a Date); default now. */
  before?: number | Date;
  /** The `sid` of a session to be kept. */
  exceptSession?: string;
}

/** An access token and the refresh token that gets the next one (RFC 6749 s.1.5). */
export interface TokenPair {
  /** For requests. */
  accessToken: string;
  /** For the refresh route only. */
  refreshToken: string;
}

/** What `verify` can be told. */
export interface VerifyOptions {
  /** Take a token whose time is over; default `false`. */
  allowExpired?: boolean;
  /** The double submit value that came with it; compared when given. */
  csrfToken?: string;
}

/** A token read without verifying it: only good for looking at. */
export interface UnverifiedToken {
  /** The JOSE header. */
  readonly header: JoseHeader;
  /** The claims, or `null` where the payload is no JSON object. */
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/** Makes and reads tokens. */
@Injectable()
export class TokenService {
  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {}

  /** A new access token; a `TypeError` where the identity or an option is wrong (`create_access_token`). */
  async createAccessToken(identity: unknown, options: AccessTokenOptions = {}): Promise<string> {
    const { session, ...token } = options;
    return this.factory.create({ ...token, type: 'access', identity }, this.sidOf(session));
  }

  /**
   * A new refresh token, good on refresh routes only (`create_refresh_token`). With a store it opens a session, and a
   * store that fails is a `RevocationUnavailableException`.
   */
  createRefreshToken(identity: unknown, options: TokenOptions = {}): Promise<string> {
    const { expires, claims, headers, session } = options;
    return this.responder.run(async () => {
      const token: NewToken = { expires, claims, headers, type: 'refresh', identity };
      const sid = this.sidOf(session);
      if (!this.sessions.isOn) return this.factory.create(token);
      const draft = await this.factory.draft(token, true);
      return draft.sign(await this.sessions.required('createRefreshToken').sessions.open(draft.content, { sid }));
    });
  }

  /** Both, for a log-in; with a store they share one new session. */
  createTokenPair(identity: unknown, options: TokenPairOptions = {}): Promise<TokenPair> {
    const { fresh, accessExpires, refreshExpires, claims, headers, device } = options;
    return this.responder.run(async () => {
      const inSession = this.sessions.isOn;
      const access = await this.factory.draft(
        { type: 'access', identity, fresh, expires: accessExpires, claims, headers },
        inSession,
      );
      const refresh = await this.factory.draft(
        { type: 'refresh', identity, expires: refreshExpires, claims, headers },
        inSession,
      );
      const issuance = inSession
        ? await this.sessions.required('createTokenPair').sessions.open(refresh.content, { device })
        : null;
      return {
        accessToken: access.sign(
          issuance ? accessIssuanceOf(issuance, access.content) : newIssuance(access.content, this.settings),
        ),
        refreshToken: refresh.sign(issuance ?? newIssuance(refresh.content, this.settings)),
      };
    });
  }

  /**
   * Replaces a refresh token of a session (RFC 9700 s.4.14.2): it is consumed once, and within `rotation.grace` everyone
   * who presents it gets the same successor. Presented again later, it ends its session: a `RevokedTokenException`.
   */
  async rotate(
    token: string | JwtPayload,
    { claims, headers }: { claims?: object; headers?: object } = {},
  ): Promise<TokenPair> {
    const { rotation } = this.sessions.required('rotate');
    return this.responder.run(async () => rotation.rotate(await this.tokenOf(token), { claims, headers }));
  }

  /**
   * Revokes an access token, or ends the session of a refresh token (RFC 7009 s.2.1). An expired one needs nothing; a
   * forged one throws before the store is asked.
   */
  async revoke(token: string | JwtPayload): Promise<void> {
    const { revocation } = this.sessions.required('revoke');
    return this.responder.run(async () => revocation.revoke((await this.tokenOf(token, true)).payload));
  }

  /** Ends a session: none of its tokens is let in any more. A text that is no session's id ends nothing. */
  async revokeSession(sid: string): Promise<void> {
    const { revocation } = this.sessions.required('revokeSession');
    return this.responder.run(() => revocation.revokeSession(sid));
  }

  /** Ends all sessions of an identity (as its claim has it), and refuses its tokens without session issued until now. */
  async revokeAllFor(identityClaim: unknown, { before, exceptSession }: RevokeAllOptions = {}): Promise<void> {
    const { revocation } = this.sessions.required('revokeAllFor');
    const until = before === undefined ? null : Number(before);
    if (until !== null && !Number.isFinite(until)) throw new TypeError('"before" must be milliseconds or a Date.');
    return this.responder.run(() => revocation.revokeAllFor(identityClaim, until, exceptSession ?? null));
  }

  /** The sessions of an identity (as its claim has it), the last used first. */
  async listSessions(identityClaim: unknown): Promise<SessionInfo[]> {
    const { revocation } = this.sessions.required('listSessions');
    return this.responder.run(async () => (await revocation.list(identityClaim)).map(toInfo));
  }

  /**
   * Header and claims of a token whose signature and claims hold; throws one of the exceptions otherwise. Asks neither
   * for a type, nor freshness, nor revocation, nor a user (`decode_token`).
   */
  verify(token: string, { allowExpired, csrfToken }: VerifyOptions = {}): Promise<VerifiedToken> {
    return this.responder.run(async () => {
      const { header, payload } = await this.verifier.verify(token, { allowExpired, csrfValue: csrfToken });
      return { header, payload };
    });
  }

  /** What a token says, unverified; throws an `InvalidTokenException` where it has no form (`get_unverified_jwt_headers`). */
  decodeUnverified(token: string): UnverifiedToken {
    const compact = this.responder.runSync(() => parseCompact(token, this.settings.maxTokenLength));
    try {
      return { header: compact.unverifiedHeader, payload: parsePayload(compact) };
    } catch (error) {
      if (!(error instanceof InvalidTokenException)) throw error;
      return { header: compact.unverifiedHeader, payload: null };
    }
  }

  /** The id of a token that holds, `null` where it has none (`get_jti`). */
  async getJti(token: string): Promise<string | null> {
    return (await this.verify(token)).payload.jti;
  }

  /** The double submit value of a token that holds; an `InvalidTokenException` without one (`get_csrf_token`). */
  getCsrfToken(token: string): Promise<string> {
    return this.responder.run(async () => {
      const { header, payload } = await this.verifier.verify(token);
      return csrfOf(payload, header);
    });
  }

  private async tokenOf(token: string | JwtPayload, allowExpired = false): Promise<VerifiedToken> {
    return typeof token === 'string' ? this.verifier.verify(token, { allowExpired }) : this.verifier.tokenOf(token);
  }

  private sidOf(session: SessionReference | undefined): string | null {
    if (session === undefined) return null;
    this.sessions.required('create…Token({ session })');
    const sid = typeof session === 'string' ? session : ownValue(session, this.settings.sessionClaim);
    if (subjectOfSession(sid) === null || (typeof session === 'object' && isForeign(session)))
      throw new TypeError('"session" must be the sid of a session, or a payload with one.');
    return sid as string;
  }
}

function toInfo({ sid, openedAt, lastUsedAt, expiresAt, device }: SessionRecord): SessionInfo {
  return { sid, createdAt: openedAt, lastUsedAt, expiresAt, ...(device !== null && { device }) };
}
