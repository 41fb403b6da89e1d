/** The error codes of a bearer challenge (RFC 6750 s.3.1). */
export type ChallengeError = 'invalid_request' | 'invalid_token';

/**
 * The value of `WWW-Authenticate` (RFC 6750 s.3). Without an error the client presented nothing, and gets no code.
 * Whatever a description may not hold (s.3: printable ASCII without `"` and `\`) is replaced.
 */
export function challenge(scheme: string, error: ChallengeError | null, description: string): string {
  if (error === null) return scheme;
  const printable = description.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
  return `${scheme} error="${error}", error_description="${printable}"`;
}
