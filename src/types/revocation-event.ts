/** Something that happened to sessions and tokens. */
export type RevocationEvent =
  /** A log-in opened a session. */
  | { readonly type: 'session-opened'; readonly sid: string; readonly identity: unknown }
  /** A refresh token was replaced by its successor. */
  | { readonly type: 'refresh-rotated'; readonly sid: string; readonly identity: unknown }
  | RefreshReuseEvent
  /** A session was ended by `revoke` or `revokeSession`. */
  | { readonly type: 'session-ended'; readonly sid: string }
  /** `revokeAllFor` ended a subject's sessions. */
  | { readonly type: 'all-revoked'; readonly identity: unknown }
  /** The store does not answer: what needs it is answered 503. */
  | { readonly type: 'store-unavailable'; readonly cause: unknown }
  /** The store answers again. */
  | { readonly type: 'store-available' };

/** A refresh token was presented that had been replaced: somebody has a copy, and the session was ended. */
export interface RefreshReuseEvent {
  /** Which event this is. */
  readonly type: 'refresh-reused';
  /** The session that was ended. */
  readonly sid: string;
  /** The identity claim of the token. */
  readonly identity: unknown;
  /** The `jti` of the token that was presented. */
  readonly jti: string | null;
}
