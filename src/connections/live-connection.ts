import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { HttpRequest } from '../types/http.js';
import type { SettledRequirement } from '../types/requirement.js';

/** The kind of a live connection. */
export type ConnectionKind = 'socket' | 'subscription' | 'event-stream';

/** A connection that a token opened, as its transport registers it. */
export interface LiveConnection {
  /** A socket, an operation of GraphQL, or a stream of server-sent events. */
  readonly kind: ConnectionKind;
  /** The socket; for a subscription or stream the socket or request it runs on. The key of `renew()` and of `HeldTokens`. */
  readonly client: object;
  /** The requirements that the token has met. A new token has to meet them too. Default: an access token. */
  readonly requirements?: readonly SettledRequirement[] | undefined;
  /** The request that opened it: the callbacks get it when `renew()` checks a new token. Default none. */
  readonly request?: HttpRequest | undefined;
  /**
   * Ends the connection. The error says why: `ExpiredTokenException`, `RevokedTokenException` or
   * `RevocationUnavailableException`. Never throws.
   */
  end(error: JwtExtendedException): void;
}

/** One session, or all connections of a subject (the hash of a user) except those of one session. */
type Owned = { readonly sid: string } | { readonly subject: string; readonly except: string | null };

/** What this process has ended. A transport that reaches other processes ends it there, too. */
export type EndedTarget = Owned & {
  /** `revoked`: the token or its session. `closed`: only the connections, by `JwtConnections.close()`. */
  readonly cause: 'revoked' | 'closed';
};
