import type { JwtErrorCode } from '../errors/exception-table.js';

/** An event of tokens and connections in this process. `identity` is the value of the identity claim; no other claim is in an event. */
export type JwtEvent =
  | TokenIssuedEvent
  | TokenRefreshedEvent
  | TokenRefusedEvent
  | TokenRevokedEvent
  | TokenReusedEvent
  | ConnectionEndedEvent;

/** The events by their type. */
export type JwtEventOf<Type extends JwtEvent['type']> = Extract<
  JwtEvent,
  {
    /** The kind of event. */
    readonly type: Type;
  }
>;

/** A token was signed. A log-in with two tokens has two events. */
export interface TokenIssuedEvent {
  /** The kind of event. */
  readonly type: 'issued';
  /** The type of the token. */
  readonly token: 'access' | 'refresh';
  /** The value of the identity claim. */
  readonly identity: unknown;
  /** The session of the token; `null` without one. */
  readonly sid: string | null;
}

/** A refresh token was exchanged, or an access cookie was renewed. The new tokens have events `issued` of their own. */
export interface TokenRefreshedEvent {
  /** The kind of event. */
  readonly type: 'refreshed';
  /** The value of the identity claim. */
  readonly identity: unknown;
  /** The session of the token; `null` without one. */
  readonly sid: string | null;
}

/** A request, a message, a handshake or a call was refused with an exception of the library. */
export interface TokenRefusedEvent {
  /** The kind of event. */
  readonly type: 'refused';
  /** The code of the exception. */
  readonly code: JwtErrorCode;
  /** The value of the identity claim. `undefined` unless the signature of the token was verified. */
  readonly identity: unknown;
  /** The session of the token; `null` without one. */
  readonly sid: string | null;
}

/** A token or session was revoked by this process. */
export interface TokenRevokedEvent {
  /** The kind of event. */
  readonly type: 'revoked';
  /** One token, one session, or all that the user has. */
  readonly what: 'token' | 'session' | 'all';
  /** The value of the identity claim. `undefined` if only the id of the session is known. */
  readonly identity: unknown;
  /** The session; `null` without one. */
  readonly sid: string | null;
}

/** A replaced refresh token was presented again, so there are two copies of it. Its session was ended. */
export interface TokenReusedEvent {
  /** The kind of event. */
  readonly type: 'reused';
  /** The value of the identity claim. */
  readonly identity: unknown;
  /** The session that was ended. */
  readonly sid: string;
}

/** A socket, a subscription or a stream was ended, because its token expired or was revoked. */
export interface ConnectionEndedEvent {
  /** The kind of event. */
  readonly type: 'connection-ended';
  /** The kind of connection. */
  readonly kind: 'socket' | 'subscription' | 'event-stream';
  /** Why it was ended: the code of the exception. */
  readonly code: JwtErrorCode;
  /** The value of the identity claim. */
  readonly identity: unknown;
  /** The session of the token; `null` without one. */
  readonly sid: string | null;
}
