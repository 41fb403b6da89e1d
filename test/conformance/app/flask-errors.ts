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

/** What the recording says of an error it caught. */
export interface DescribedError {
  readonly class: string;
  readonly message: string;
}

/** The names Flask-JWT-Extended and PyJWT give our exceptions; the narrower class first. */
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

/** Texts Flask-JWT-Extended's exceptions have inside; its handlers answer with the ones ours carry. */
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

/** What a piece of work answers, or what it throws. */
export async function attempt<T>(work: () => T): Promise<{ value: Awaited<T> } | { error: DescribedError }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: describeError(error) };
  }
}
