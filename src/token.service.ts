import { Concealed } from './types/concealed.js';
import { appendConverted } from './types/turns.js';
import { isDate } from 'node:util/types';
import { Inject, Injectable } from '@nestjs/common';
import { RefreshChecks } from './authentication/refresh-checks.js';
import { requestOfContext } from './context/context-request.js';
import { ErrorResponder } from './errors/error-responder.js';
import { InvalidTokenException } from './errors/exceptions.js';
import type { Settings } from './options/settings.js';
import { SETTINGS } from './options/tokens.js';
import { SessionManager } from './sessions/session-manager.js';
import { ownerOf } from './sessions/token-owner.js';
import { createPair } from './sessions/token-pairs.js';
import type { EndedSession, NotedRevocation, SessionPageQuery } from './stores/revocation-store.js';
import { subjectOfSession } from './stores/session-id.js';
import {
  readOptionsOf,
  type AccessTokenOptions,
  type DeniedTokenInfo,
  type ListSessionsOptions,
  type RevokeAllOptions,
  type RevokeOptions,
  type RotateTokenOptions,
  type SessionInfo,
  type SessionInfoPage,
  type SessionPageOptions,
  type TokenOptions,
  type TokenPair,
  type TokenPairOptions,
  type TokenReference,
  type UnverifiedToken,
  type VerifyOptions,
} from './token-options.js';
import type { NewToken } from './tokens/issuing/new-token.js';
import { TokenFactory } from './tokens/issuing/token-factory.js';
import type { VerifiedToken } from './tokens/verified-token.js';
import type { IdentityOf, NewClaimsOf, PayloadOf } from './types/jwt-types.js';
import { parseCompact, parsePayload } from './tokens/verifying/compact.js';
import { csrfOf } from './tokens/verifying/csrf.js';
import { storeKeysOf } from './tokens/verifying/store-keys.js';
import { NO_CONTEXT, TokenVerifier } from './tokens/verifying/token-verifier.js';
import { refuseReference, verifiedTokenOf } from './tokens/verifying/verified-reference.js';

/** The largest page of sessions. Reading it holds the event loop for a few milliseconds. */
const MOST_LISTED = 1_000;

/**
 * Creates, verifies, rotates and revokes tokens, and lists and ends sessions. `TokenService<typeof jwt>` has the types of
 * `defineJwt()`.
 */
@Injectable()
@Concealed()
export class TokenService<T = unknown> {
  private readonly refreshChecks: RefreshChecks;

  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenFactory) private readonly factory: TokenFactory,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {
    this.refreshChecks = new RefreshChecks(settings, verifier);
  }

  /**
   * Creates an access token (`create_access_token`).
   *
   * @throws TypeError if the identity, a claim or an option is wrong.
   * @example
   * await tokens.createAccessToken('alice', { fresh: true, claims: { role: 'admin' } });
   */
  createAccessToken(identity: IdentityOf<T>, options?: AccessTokenOptions<NewClaimsOf<T>>): Promise<string> {
    return this.responder.run(async () => {
      const { session, ...token } = readOptionsOf.createAccessToken(options);
      return this.factory.create({ ...token, type: 'access', identity }, await this.sidOf(session));
    });
  }

  /**
   * Creates a refresh token, which only refresh routes accept (`create_refresh_token`). With a store it opens a session.
   *
   * @throws TypeError if the identity, a claim or an option is wrong.
   * @throws RevocationUnavailableException if the store does not answer.
   */
  createRefreshToken(identity: IdentityOf<T>, options?: TokenOptions<NewClaimsOf<T>>): Promise<string> {
    return this.responder.run(async () => {
      const { session, ...token } = readOptionsOf.createRefreshToken(options);
      const newToken: NewToken = { ...token, type: 'refresh', identity };
      const sid = await this.sidOf(session);
      if (!this.sessions.isOn) return this.factory.create(newToken);
      const draft = await this.factory.draft(newToken, true);
      return draft.sign(await this.sessions.required('createRefreshToken').sessions.open(draft.content, { sid }));
    });
  }

  /**
   * Creates both tokens for a log-in. With a store they share one new session.
   *
   * @throws TypeError if the identity, a claim or an option is wrong.
   * @throws RevocationUnavailableException if the store does not answer.
   * @example
   * const { accessToken, refreshToken } = await tokens.createTokenPair('alice', { fresh: true });
   */
  createTokenPair(identity: IdentityOf<T>, options?: TokenPairOptions<NewClaimsOf<T>>): Promise<TokenPair> {
    return this.responder.run(async () => {
      const pair = { ...readOptionsOf.createTokenPair(options), identity };
      return createPair(pair, this.factory, this.sessions, this.settings);
    });
  }

  /**
   * Replaces a refresh token of a session (RFC 9700 s.4.14.2). The token is consumed once. Within `rotation.grace` every
   * caller that presents it gets the same successor; after that the session ends. The token has to pass the checks of the
   * guard on a refresh route, `verifyToken` and `userLookup` among them.
   *
   * @throws JwtExtendedException as the guard does on a refresh route.
   * @throws RevokedTokenException if the token was replaced too long ago, or its session has ended.
   * @throws WrongTokenTypeException if the token is no refresh token of this application.
   * @throws RevocationUnavailableException if the store does not answer.
   * @throws TypeError without a store, or if this process did not verify the reference.
   * @example
   * const pair = await tokens.rotate(payload); // the payload from @Jwt() on a refresh route
   */
  async rotate(token: TokenReference<PayloadOf<T>>, options?: RotateTokenOptions<NewClaimsOf<T>>): Promise<TokenPair> {
    const { claims, headers, scopes, anyScope, roles, request: passed } = readOptionsOf.rotate(options);
    const request = passed ?? requestOfContext(token);
    const { rotation } = this.sessions.required('rotate');
    return this.responder.run(async () => {
      const { token: checked, user } = await this.refreshChecks.check(token, { scopes, anyScope, roles }, request);
      return rotation.rotate(checked, user, { claims, headers, request });
    });
  }

  /**
   * Revokes an access token, or ends the session of a refresh token (RFC 7009 s.2.1). Does nothing if the token has
   * expired.
   *
   * @throws InvalidTokenException if the token is forged. The store is not asked then.
   * @throws RevocationUnavailableException if the store does not answer.
   * @throws TypeError without a store, if this process did not verify the reference, or if the note is wrong.
   * @example
   * await tokens.revoke(token, { note: 'support/42: phone was stolen' });
   */
  async revoke(token: TokenReference<PayloadOf<T>>, options?: RevokeOptions): Promise<void> {
    const { revocation } = this.sessions.required('revoke');
    const note = revocation.noteOf(readOptionsOf.revoke(options).note);
    return this.responder.run(async () => revocation.revoke((await this.tokenOf(token, true)).payload, note));
  }

  /**
   * Ends a session: all its tokens are refused from now on. Does nothing if the text is no session's id.
   *
   * @throws RevocationUnavailableException if the store does not answer.
   * @throws TypeError without a store, or if the note is wrong.
   */
  async revokeSession(sid: string, options?: RevokeOptions): Promise<void> {
    const { revocation } = this.sessions.required('revokeSession');
    const note = revocation.noteOf(readOptionsOf.revokeSession(options).note);
    return this.responder.run(() => revocation.revokeSession(sid, note));
  }

  /**
   * Ends all sessions of an identity, and refuses its tokens without a session that were issued until now.
   *
   * @param user what `createTokenPair()` takes, such as the user; the value of the identity claim; or a verified token of the
   * user: its payload or context. If `userIdentity` converts texts, a text is converted once more, so let it return a claim's
   * value unchanged. A user of an identity provider is named by a token, or by the identity claim with the option `issuer`.
   * @throws RevocationUnavailableException if the store does not answer.
   * @throws TypeError without a store, if no token can belong to the identity, if `before` is no time, or if the note is wrong.
   * @example
   * await tokens.revokeAllFor(user, { exceptSession: payload.sid as string });
   */
  async revokeAllFor(user: unknown, options?: RevokeAllOptions): Promise<void> {
    const { before, exceptSession, issuer, ...passed } = readOptionsOf.revokeAllFor(options);
    const { revocation } = this.sessions.required('revokeAllFor');
    const note = revocation.noteOf(passed.note);
    const until = before === undefined ? null : millisecondsOf(before);
    if (exceptSession !== undefined) requireSid(exceptSession);
    const end = { before: until, except: exceptSession ?? null, ...(note !== undefined && { note }) };
    return this.responder.run(async () => revocation.revokeAllFor(await ownerOf(user, issuer, this.settings), end));
  }

  /**
   * Lists the sessions of an identity, the last used first. With `{ ended: true }` it also lists what was revoked with a note. With
   * `{ limit }` it lists a page of sessions, and `next` for the option `after` of the next page.
   *
   * @param user as for `revokeAllFor`. A user of an identity provider has no sessions here, but can have denied tokens.
   * @throws RevocationUnavailableException if the store does not answer.
   * @throws TypeError without a store, if no token can belong to the identity, or if the limit is no number from 1 to 1,000.
   * @example
   * const { sessions, next } = await tokens.listSessions(user, { limit: 50, after });
   */
  listSessions(user: unknown, options: SessionPageOptions): Promise<SessionInfoPage>;
  listSessions(user: unknown, options: ListSessionsOptions): Promise<(SessionInfo | DeniedTokenInfo)[]>;
  listSessions(user: unknown): Promise<SessionInfo[]>;
  async listSessions(
    user: unknown,
    options?: ListSessionsOptions | SessionPageOptions,
  ): Promise<(SessionInfo | DeniedTokenInfo)[] | SessionInfoPage> {
    const { ended = false, issuer, limit, after } = readOptionsOf.listSessions(options);
    const { revocation } = this.sessions.required('listSessions');
    const query = pageQueryOf({ ended, limit, after });
    return this.responder.run(async () => {
      const owner = await ownerOf(user, issuer, this.settings);
      if (query !== null) {
        const page = await revocation.listPage(owner, query);
        return { sessions: page.sessions.map(toInfo), next: page.next };
      }
      const [sessions, noted] = await Promise.all([revocation.list(owner), ended ? revocation.listNoted(owner) : []]);
      const listed: (SessionInfo | DeniedTokenInfo)[] = [];
      await appendConverted(listed, sessions, toInfo);
      await appendConverted(listed, noted, toRevokedInfo);
      return listed;
    });
  }

  /**
   * Verifies the signature and the claims of a token (`decode_token`). Does not check its type, its freshness, whether it
   * was revoked, or its user.
   *
   * @throws ExpiredTokenException if the token has expired, unless `allowExpired` is set.
   * @throws CsrfException if `csrfToken` is not the token's value.
   * @throws InvalidTokenException for every other fault of the token.
   */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedToken> {
    return this.responder.run(async () => {
      const { allowExpired, csrfToken } = readOptionsOf.verify(options);
      const { header, payload } = await this.verifier.verify(token, {
        ...NO_CONTEXT,
        allowExpired,
        csrfValue: csrfToken,
      });
      return { header, payload };
    });
  }

  /**
   * Reads a token without verifying it (`get_unverified_jwt_headers`).
   *
   * @throws InvalidTokenException if the text has not the form of a token.
   */
  decodeUnverified(token: string): UnverifiedToken {
    const compact = this.responder.runSync(() => parseCompact(token, this.settings.maxTokenLength));
    try {
      return { header: compact.unverifiedHeader, payload: parsePayload(compact) };
    } catch (error) {
      if (!(error instanceof InvalidTokenException)) throw error;
      return { header: compact.unverifiedHeader, payload: null };
    }
  }

  /**
   * Verifies a token and returns its id (`get_jti`); `null` if it has none.
   *
   * @throws JwtExtendedException as `verify` does.
   */
  async getJti(token: string): Promise<string | null> {
    return (await this.verify(token)).payload.jti;
  }

  /**
   * Verifies a token and returns its double submit value (`get_csrf_token`).
   *
   * @throws InvalidTokenException if the token has no claim `csrf`, and otherwise as `verify` does.
   */
  getCsrfToken(token: string): Promise<string> {
    return this.responder.run(async () => {
      const { header, payload } = await this.verifier.verify(token);
      return csrfOf(payload, header);
    });
  }

  private async tokenOf(reference: TokenReference, allowExpired = false): Promise<VerifiedToken> {
    return typeof reference === 'string'
      ? this.verifier.verify(reference, { ...NO_CONTEXT, allowExpired, allowEarly: true })
      : verifiedTokenOf(reference);
  }

  /** A text is a `sid` if it has the form of one, and otherwise a token. */
  private async sidOf(session: TokenReference | undefined): Promise<string | null> {
    if (session === undefined) return null;
    this.sessions.required('create…Token({ session })');
    if (typeof session === 'string' && subjectOfSession(session) !== null) return session;
    if (typeof session === 'string' && !hasSegments(session)) return refuseReference();
    const { payload } = await this.tokenOf(session);
    const { sid, adopts } = storeKeysOf(payload, this.settings);
    if (sid === null || adopts) {
      throw new TypeError(
        'The token of the option "session" belongs to no session. Pass a sid, or a token that createTokenPair() or ' +
          'createRefreshToken() made with a store.',
      );
    }
    return sid;
  }
}

function millisecondsOf(before: unknown): number {
  const time = isDate(before) ? before.getTime() : before;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new TypeError('"before" must be milliseconds or a Date.');
}

/** `null`: all sessions are listed. */
function pageQueryOf({
  ended,
  limit,
  after = null,
}: ListSessionsOptions & Partial<SessionPageOptions>): SessionPageQuery | null {
  if (limit === undefined && after === null) return null;
  if (ended) throw new TypeError('listSessions: "ended" has no pages. Leave "limit" and "after" out.');
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1 || limit > MOST_LISTED) {
    throw new TypeError(`listSessions: "limit" must be a whole number from 1 to ${MOST_LISTED}.`);
  }
  if (after !== null && typeof after !== 'string') throw new TypeError('listSessions: "after" must be a text.');
  return { limit, after };
}

function requireSid(sid: unknown): void {
  if (typeof sid !== 'string') throw new TypeError(`A session is named by its sid, a text; this is ${typeof sid}.`);
}

/** Whether a text has at least the three segments of a token. */
function hasSegments(text: string): boolean {
  return text.indexOf('.') !== text.lastIndexOf('.');
}

function toInfo({ sid, openedAt, lastUsedAt, expiresAt, device }: EndedSession): SessionInfo {
  return { sid, createdAt: openedAt, lastUsedAt, expiresAt, ...(device !== null && { device }) };
}

function toRevokedInfo({ session, jti, note, createdAt }: NotedRevocation): SessionInfo | DeniedTokenInfo {
  if (session === null) return { jti, endedAt: createdAt, note };
  return { ...toInfo(session), endedAt: createdAt, note };
}
