/** The longest description in a challenge, in characters. Servers and proxies refuse header fields of some kilobytes. */
const LONGEST_DESCRIPTION = 200;

/** The error codes of a bearer challenge (RFC 6750 s.3.1). */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** The parts of a challenge. */
export interface ChallengeContent {
  readonly message: string;
  /** The scopes that the route requires (RFC 6750 s.3). */
  readonly scopes?: readonly string[];
}

/** The value of `WWW-Authenticate` (RFC 6750 s.3). Without a token in the request there is no error code (s.3.1): `null`. */
export function challenge(scheme: string, error: ChallengeError | null, content: ChallengeContent): string {
  if (error === null) return scheme;
  const { message, scopes } = content;
  const scope = scopes === undefined || scopes.length === 0 ? '' : `, scope="${printable(scopes.join(' '))}"`;
  return `${scheme} error="${error}", error_description="${printable(message.slice(0, LONGEST_DESCRIPTION))}"${scope}`;
}

/** Adds the challenge to the header fields of an answer, where it needs one and has none. */
export function withChallenge(
  headers: Readonly<Record<string, string>>,
  status: number,
  scheme: string,
  error: ChallengeError | null,
  content: ChallengeContent,
): Readonly<Record<string, string>> {
  if (!needsChallenge(status, error) || hasChallenge(headers)) return headers;
  return { ...headers, 'WWW-Authenticate': challenge(scheme, error, content) };
}

function hasChallenge(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'www-authenticate');
}

/** Every 401 has a challenge (RFC 9110 s.15.5.2), and so has a 403 for a missing scope (RFC 6750 s.3.1). */
function needsChallenge(status: number, error: ChallengeError | null): boolean {
  return status === 401 || (status === 403 && error === 'insufficient_scope');
}

/** Replaces invalid characters. An attribute is printable ASCII without `"` and `\` (RFC 6750 s.3). */
function printable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
