/** The longest description in a challenge, in characters. Servers and proxies refuse header fields of some kilobytes. */
const LONGEST_DESCRIPTION = 200;

/** The error codes of a bearer challenge (RFC 6750 s.3.1). */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** Where a challenge comes from: the scheme, and the realm if there is one (RFC 9110 s.11.5). */
export interface ChallengeSource {
  readonly scheme: string;
  readonly realm: string | null;
}

/** The parts of a challenge. */
export interface ChallengeContent {
  readonly message: string;
  /** The scopes that the route requires (RFC 6750 s.3). */
  readonly scopes?: readonly string[];
}

/** The value of `WWW-Authenticate` (RFC 6750 s.3). Without a token in the request there is no error code (s.3.1): `null`. */
export function challenge(source: ChallengeSource, error: ChallengeError | null, content: ChallengeContent): string {
  const { scheme, realm } = source;
  const parameters = [
    ...(realm === null ? [] : [`realm=${quoted(realm)}`]),
    ...(error === null ? [] : errorParameters(error, content)),
  ];
  return parameters.length === 0 ? scheme : `${scheme} ${parameters.join(', ')}`;
}

function errorParameters(error: ChallengeError, { message, scopes }: ChallengeContent): string[] {
  const description = `error_description="${printable(message.slice(0, LONGEST_DESCRIPTION))}"`;
  const scope = scopes === undefined || scopes.length === 0 ? [] : [`scope="${printable(scopes.join(' '))}"`];
  return [`error="${error}"`, description, ...scope];
}

/** Adds the challenge to the header fields of an answer, where it needs one and has none. An empty one means no challenge. */
export function withChallenge(
  headers: Readonly<Record<string, string>>,
  status: number,
  source: ChallengeSource,
  error: ChallengeError | null,
  content: ChallengeContent,
): Readonly<Record<string, string>> {
  const own = Object.keys(headers).find((name) => name.toLowerCase() === 'www-authenticate');
  if (own !== undefined) return headers[own] === '' ? without(headers, own) : headers;
  if (!needsChallenge(status, error)) return headers;
  return { ...headers, 'WWW-Authenticate': challenge(source, error, content) };
}

function without(headers: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== field));
}

/** A quoted string (RFC 9110 s.5.6.4). */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Every 401 has a challenge (RFC 9110 s.15.5.2), and so has a 403 for a missing scope (RFC 6750 s.3.1). */
function needsChallenge(status: number, error: ChallengeError | null): boolean {
  return status === 401 || (status === 403 && error === 'insufficient_scope');
}

/** Replaces invalid characters. An attribute is printable ASCII without `"` and `\` (RFC 6750 s.3). */
function printable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
