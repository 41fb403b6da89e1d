import {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InvalidTokenException,
  JwtExtendedException,
  MissingTokenException,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
} from 'nestjs-jwt-extended';

/** A caught error in the form of the recording. */
export interface DescribedError {
  readonly class: string;
  readonly message: string;
}

/** The names of our exceptions in Flask-JWT-Extended and PyJWT. Each subclass comes before its class. */
const FLASK_CLASSES = [
  [MissingTokenException, 'NoAuthorizationError'],
  [CsrfException, 'CSRFError'],
  [WrongTokenTypeException, 'WrongTokenError'],
  [FreshTokenRequiredException, 'FreshTokenRequired'],
  [RevokedTokenException, 'RevokedTokenError'],
  [TokenVerificationException, 'UserClaimsVerificationError'],
  [UserLookupException, 'UserLookupError'],
  [ExpiredTokenException, 'ExpiredSignatureError'],
  [InvalidTokenException, 'DecodeError'],
] as const;

/** One class of ours for several classes of Flask. The message distinguishes them. */
const INVALID_TOKEN_CLASSES = [
  [/^Missing claim: /, 'JWTDecodeError'],
  [/^Bad .* header\. Expected /, 'InvalidHeaderError'],
  [/^Invalid value for query parameter /, 'InvalidQueryParamError'],
] as const;

/** The messages of Flask-JWT-Extended's exceptions. Its handlers answer with other messages, which our exceptions have. */
const FLASK_MESSAGES = [
  [/^Token has expired$/, 'Signature has expired'],
  [/^Error loading the user /, 'user_lookup returned None for '],
] as const;

export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { class: typeof error, message: String(error) };
  if (!(error instanceof JwtExtendedException)) return { class: error.name, message: error.message };
  const message = FLASK_MESSAGES.reduce((text, [ours, flasks]) => text.replace(ours, flasks), error.message);
  return { class: flaskClass(error), message };
}

function flaskClass(error: JwtExtendedException): string {
  if (error instanceof InvalidTokenException) {
    const known = INVALID_TOKEN_CLASSES.find(([text]) => text.test(error.message));
    if (known) return known[1];
  }
  return FLASK_CLASSES.find(([exception]) => error instanceof exception)?.[1] ?? error.name;
}

/** The result of some work, or its error. */
export async function attempt<T>(work: () => T): Promise<{ value: Awaited<T> } | { error: DescribedError }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: describeError(error) };
  }
}
