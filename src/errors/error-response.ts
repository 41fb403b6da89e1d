/** The answer to an error: what a callback of `errorResponses` returns. */
export interface ErrorResponse {
  /** The HTTP status, from 200 to 599. */
  status: number;
  /** The body: a string is sent as it is, everything else as JSON. */
  body: unknown;
  /** Further header fields. Without a `WWW-Authenticate` here, a 401 gets the library's own; with an empty one, none. */
  headers?: Readonly<Record<string, string>> | undefined;
}
