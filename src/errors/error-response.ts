/** The answer to an error: what a callback of `errorResponses` returns. */
export interface ErrorResponse {
  /** The HTTP status. */
  status: number;
  /** The body, sent as JSON unless it is a string. */
  body: unknown;
  /** Further header fields. A 401 gets `WWW-Authenticate` unless it is here. */
  headers?: Readonly<Record<string, string>>;
}

/** The kinds of failure that can have an answer of their own; Flask-JWT-Extended's seven error loaders, and two more. */
export type ErrorResponseName =
  | 'expiredToken'
  | 'invalidToken'
  | 'unauthorized'
  | 'needsFreshToken'
  | 'revokedToken'
  | 'userLookupError'
  | 'tokenVerificationFailed'
  | 'revocationUnavailable'
  | 'keysUnavailable';
