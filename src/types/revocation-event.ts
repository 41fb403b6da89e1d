import type { HttpRequest } from './http.js';

/** An event of sessions, tokens or the store. */
export type RevocationEvent =
  /** A log-in opened a session. */
  | { readonly type: 'session-opened'; readonly sid: string; readonly identity: unknown }
  /** A refresh token was replaced by its successor. */
  | { readonly type: 'refresh-rotated'; readonly sid: string; readonly identity: unknown }
  | RefreshRepeatEvent
  | RefreshReuseEvent
  /** A session was ended by `revoke` or `revokeSession`. */
  | { readonly type: 'session-ended'; readonly sid: string }
  /** `revokeAllFor` ended the sessions of a subject. `issuer`: of an identity provider; `null`: one without `iss`. */
  | { readonly type: 'all-revoked'; readonly identity: unknown; readonly issuer?: string | null | undefined }
  /** The store does not respond. Requests that need it are answered 503. */
  | { readonly type: 'store-unavailable'; readonly cause: unknown }
  /** The store responds again. */
  | { readonly type: 'store-available' }
  /**
   * The store reports no changes now. Until it does, every request asks it with `local.push`, and open connections are asked
   * about once in `connections.recheck`.
   */
  | { readonly type: 'push-unavailable'; readonly cause: unknown }
  /** The store reports changes again. */
  | { readonly type: 'push-available' };

/** A replaced refresh token was presented again. There are two copies of it, so its session was ended. */
export interface RefreshReuseEvent {
  /** The kind of event. */
  readonly type: 'refresh-reused';
  /** The session that was ended. */
  readonly sid: string;
  /** The identity claim of the token. */
  readonly identity: unknown;
  /** The `jti` of the token that was presented. */
  readonly jti: string | null;
}

/**
 * A replaced refresh token was presented again within `rotation.grace`, and its caller got the same successor. This is a retry,
 * a second tab, or a thief: compare the address and the device of the request with those of the user.
 */
export interface RefreshRepeatEvent {
  /** The kind of event. */
  readonly type: 'refresh-repeated';
  /** The session of the token, which goes on. */
  readonly sid: string;
  /** The identity claim of the token. */
  readonly identity: unknown;
  /** The `jti` of the token that was presented. */
  readonly jti: string | null;
  /** The request, if the guard or the caller of `rotate()` has passed it. Not enumerable, so that no log prints its token. */
  readonly request?: HttpRequest | undefined;
}
