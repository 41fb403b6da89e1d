/** The error codes of a bearer challenge (RFC 6750 s.3.1). */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** What a challenge says about a refusal. */
export interface ChallengeContent {
  /** `null` where the client presented nothing: it gets no error code (RFC 6750 s.3.1). */
  readonly error: ChallengeError | null;
  readonly description: string;
  /** The scopes that the route asks for (RFC 6750 s.3). */
  readonly scopes?: readonly string[];
}

const CHALLENGE_HEADER = 'WWW-Authenticate';

/** The value of `WWW-Authenticate` (RFC 6750 s.3). */
export function challenge(scheme: string, { error, description, scopes = [] }: ChallengeContent): string {
  if (error === null) return scheme;
  const attributes = [`error="${error}"`, `error_description="${printable(description)}"`];
  if (scopes.length > 0) attributes.push(`scope="${printable(scopes.join(' '))}"`);
  return `${scheme} ${attributes.join(', ')}`;
}

/** Adds the challenge to the header fields of an answer, where it needs one and has none. */
export function withChallenge(
  headers: Readonly<Record<string, string>>,
  { status, scheme, ...content }: ChallengeContent & { readonly status: number; readonly scheme: string },
): Readonly<Record<string, string>> {
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === CHALLENGE_HEADER.toLowerCase());
  if (hasOwn || !needsChallenge(status, content.error)) return headers;
  return { ...headers, [CHALLENGE_HEADER]: challenge(scheme, content) };
}

/** Every 401 (RFC 9110 s.15.5.2), and a 403 for want of a scope (RFC 6750 s.3.1). */
function needsChallenge(status: number, error: ChallengeError | null): boolean {
  return status === 401 || (status === 403 && error === 'insufficient_scope');
}

/** Replaces what an attribute may not hold: it is printable ASCII without `"` and `\` (RFC 6750 s.3). */
function printable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
