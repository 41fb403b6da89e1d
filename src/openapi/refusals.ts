import type { ErrorResponder } from '../errors/error-responder.js';
import {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InsufficientScopeException,
  InvalidTokenException,
  KeysUnavailableException,
  MissingTokenException,
  RevocationUnavailableException,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
} from '../errors/exceptions.js';
import { type JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { Settings } from '../options/settings.js';
import { isPromise } from '../types/awaitable.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { ApiAnswer, Operation } from './document.js';

interface Call {
  readonly requirement: SettledRequirement;
  readonly settings: Settings;
  /** In upper case. */
  readonly method: string;
  /** `false` for a log-out. Its handler checks the token, and accepts one that has expired or is revoked. */
  readonly isByGuard: boolean;
}

/** Why an operation can refuse a token: when, an example of the exception, and the words of the description. */
interface Refusal {
  readonly when: (call: Call) => boolean;
  readonly example: () => JwtExtendedException;
  readonly says: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    when: ({ requirement }) => !requirement.optional,
    example: () => new MissingTokenException('Missing Authorization Header'),
    says: 'The request has no token.',
  },
  { when: ({ isByGuard }) => isByGuard, example: () => new ExpiredTokenException(), says: 'The token has expired.' },
  {
    when: ({ requirement, settings, isByGuard }) =>
      isByGuard &&
      !requirement.skipRevocationCheck &&
      (settings.revocation !== null || settings.callbacks.isTokenRevoked !== undefined),
    example: () => new RevokedTokenException(),
    says: 'The token was revoked.',
  },
  {
    when: ({ requirement }) => requirement.fresh,
    example: () => new FreshTokenRequiredException(),
    says: 'The token is not fresh.',
  },
  {
    when: ({ requirement, settings, method }) =>
      (requirement.locations ?? settings.tokenLocation).includes('cookies') &&
      settings.csrf?.methods.has(method) === true,
    example: () => new CsrfException('Missing CSRF token'),
    says: 'The token is in a cookie, and the double submit value is missing or wrong.',
  },
  {
    when: ({ settings, isByGuard }) => isByGuard && settings.callbacks.userLookup !== undefined,
    example: () => new UserLookupException('Error loading the user alice'),
    says: 'The user of the token does not exist.',
  },
  {
    when: ({ settings, isByGuard }) => isByGuard && settings.callbacks.verifyToken !== undefined,
    example: () => new TokenVerificationException(),
    says: 'The claims of the token were refused.',
  },
  {
    when: ({ requirement: { scopes, anyScope, roles, allow } }) =>
      scopes.length + anyScope.length + roles.length > 0 || allow !== null,
    example: () => new InsufficientScopeException(),
    says: 'The token does not have the scopes or roles that the operation needs.',
  },
  {
    when: ({ requirement, isByGuard }) => isByGuard || !requirement.optional,
    example: () => new InvalidTokenException('Signature verification failed'),
    says: 'The token is malformed or forged.',
  },
  {
    when: ({ requirement }) => requirement.verifyType,
    example: () => new WrongTokenTypeException('Only access tokens are allowed'),
    says: 'The token has the wrong type.',
  },
  {
    when: ({ requirement, settings }) => !requirement.skipRevocationCheck && settings.revocation !== null,
    example: () => new RevocationUnavailableException(),
    says: 'The store of revoked tokens does not answer.',
  },
  {
    when: ({ settings }) => settings.jwks.length > 0,
    example: () => new KeysUnavailableException(),
    says: 'The keys of the identity provider are not available.',
  },
];

/** Adds the refusals of an operation to its answers. An answer that the application describes stays as it is. */
export function writeRefusals(operation: Operation, call: Call, responder: ErrorResponder): void {
  const byStatus = new Map<number, ApiAnswer>();
  for (const { when, example, says } of REFUSALS) {
    if (!when(call)) continue;
    const error = settledBy(responder, example());
    const status = error.getStatus();
    byStatus.set(status, withCause(byStatus.get(status), error, says));
  }
  const own = operation.responses ?? {};
  const added = [...byStatus].filter(([status]) => !Object.hasOwn(own, String(status)));
  operation.responses = { ...own, ...Object.fromEntries(added) };
}

/** The exception with the answer of this application. An answer that comes later is not known here. */
function settledBy(responder: ErrorResponder, error: JwtExtendedException): JwtExtendedException {
  try {
    const settled = responder.settle(error);
    if (isPromise(settled)) settled.catch(() => undefined);
  } catch {
    // A callback of the application can need the request. Then the document has the default answer.
  }
  return error;
}

function withCause(answer: ApiAnswer | undefined, error: JwtExtendedException, says: string): ApiAnswer {
  const body: unknown = error.getResponse();
  const headers = error.headers;
  const mediaType =
    typeof body === 'string' ? 'text/plain' : (headersOf(headers)['content-type'] ?? 'application/json');
  const content = (answer?.content ?? {}) as Record<string, { schema: object; examples: object } | undefined>;
  const media = content[mediaType] ?? { schema: schemaOf(body), examples: {} };
  const examples = { ...media.examples, [error.code]: { summary: says, value: body } };
  const challenged = headersOf(headers)['www-authenticate'] !== undefined || answer?.headers !== undefined;
  return {
    description: answer === undefined ? says : `${answer.description} ${says}`,
    ...(challenged && { headers: CHALLENGE }),
    content: { ...content, [mediaType]: { ...media, examples } },
  };
}

const CHALLENGE = {
  'WWW-Authenticate': { description: 'The challenge of RFC 6750 s.3.', schema: { type: 'string' } },
};

function headersOf(headers: Readonly<Record<string, string>>): Partial<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The schema of a body, made from an example of it. */
function schemaOf(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { type: typeof body };
  const properties = Object.entries(body).map(([name, value]) => [name, { type: typeof value }]);
  return { type: 'object', properties: Object.fromEntries(properties) as object, required: Object.keys(body) };
}
