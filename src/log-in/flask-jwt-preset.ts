import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { callOptions } from '../options/call-options.js';
import { readFlaskSettings, refuseUnknownSettings, withoutPrefix } from '../options/flask-config.js';
import { FLASK_JWT_NAMES, FLASK_JWT_SETTINGS, refuseUnchecked } from '../options/flask-jwt-settings.js';
import { FLASK_SETTINGS } from '../options/flask-settings.js';
import { parsed, text, type FlaskValue } from '../options/flask-values.js';
import type { JwtExtendedOptions } from '../options/jwt-extended-options.js';
import { toSeconds } from '../options/duration.js';
import { ownValue, type JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import { memberOf } from '../types/members.js';
import type { TokenExtractor } from '../types/token-location.js';
import { jsonBody } from './credentials.js';
import { FlaskJwtErrors, type FlaskJwtError } from './flask-jwt-errors.js';
import { flaskJwtHeader } from './flask-jwt-header.js';
import type { Credentials, JwtAuthOptions } from './log-in-options.js';

/** Options of `flaskJwtPreset()`. */
export interface FlaskJwtPresetOptions {
  /**
   * Reads the token from a request, instead of the header (Flask-JWT: `request_handler`).
   *
   * @default the header `Authorization` with `JWT_AUTH_HEADER_PREFIX`
   */
  requestHandler?: TokenExtractor | undefined;
  /**
   * `JWT_*` names to ignore, because they belong to something else.
   *
   * @default []
   */
  ignore?: readonly string[] | undefined;
}

/** The options of a service that speaks Flask-JWT 0.3.2. */
export interface FlaskJwtPreset {
  /** For `JwtExtendedModule.forRoot()`, with your `userLookup` (Flask-JWT: `identity_handler`). */
  readonly module: JwtExtendedOptions;
  /**
   * For `JwtAuthModule.forRoot()`, with your `authenticate` (Flask-JWT: `authentication_handler`). `null`: `JWT_AUTH_URL_RULE` is
   * empty or `None`, so the service has no log-in of its own.
   */
  readonly auth: Omit<JwtAuthOptions, 'authenticate'> | null;
  /** An exception as the `JWTError` of Flask-JWT, for answers of your own (Flask-JWT: `jwt_error_handler`). */
  errorOf(exception: JwtExtendedException, request?: HttpRequest): FlaskJwtError;
}

const readPresetOptions = callOptions<FlaskJwtPresetOptions>('flaskJwtPreset', { requestHandler: true, ignore: true });

/** The defaults of Flask-JWT 0.3.2. */
const DEFAULTS = {
  prefix: 'JWT',
  lifetime: '5m',
  leeway: 10,
  realm: 'Login Required',
  requiredClaims: ['exp', 'iat', 'nbf'],
  path: 'auth',
} as const satisfies Record<string, unknown>;

/**
 * The options of a service that answers as Flask-JWT 0.3.2: `Authorization: JWT …`, the claim `identity`, tokens of 5 minutes, and
 * errors `{ status_code, error, description }`. The configuration has the names of Flask-JWT; it is an object or the environment.
 *
 * @throws TypeError for an unknown `JWT_*` name, and for a setting that cannot work.
 * @example
 * const { module, auth } = flaskJwtPreset(process.env);
 * imports: [
 *   JwtExtendedModule.forRoot({ ...module, userLookup: ({ identity }) => users.byId(identity) }),
 *   JwtAuthModule.forRoot({ ...auth, authenticate: (username, password) => users.find(username, password) }),
 * ]
 */
export function flaskJwtPreset(
  config: Readonly<Record<string, unknown>>,
  given?: FlaskJwtPresetOptions,
): FlaskJwtPreset {
  const { requestHandler, ignore = [] } = readPresetOptions(given);
  const values = withoutPrefix(config);
  refuseUnknownSettings(
    values,
    ['JWT_SECRET_KEY', 'JWT_ALGORITHM', ...FLASK_JWT_NAMES],
    ignore,
    'flaskJwtPreset: Flask-JWT',
  );
  refuseUnchecked(values);
  const options = tokenOptionsOf(values);
  const errors = new FlaskJwtErrors({
    requiredClaims: options.requiredClaims,
    leeway: toSeconds(options.leeway),
  });
  const extract = requestHandler ?? flaskJwtHeader(options.header.type);
  return Object.freeze({
    module: {
      ...options,
      tokenLocation: errors.remembering(extract),
      errorResponses: { any: (error, request) => errors.responseOf(error, request) },
    } satisfies JwtExtendedOptions,
    auth: logInOf(values),
    errorOf: (exception: JwtExtendedException, request?: HttpRequest) => errors.errorOf(exception, request),
  });
}

/** The options for tokens, with the defaults of Flask-JWT. */
function tokenOptionsOf(values: ReadonlyMap<string, FlaskValue>) {
  const read = readFlaskSettings(values, FLASK_JWT_SETTINGS) as JwtExtendedOptions;
  return {
    ...secretOf(values),
    accessTokenExpires: read.accessTokenExpires ?? DEFAULTS.lifetime,
    notBeforeDelta: read.notBeforeDelta ?? 0,
    requiredClaims: read.requiredClaims ?? DEFAULTS.requiredClaims,
    leeway: read.leeway ?? DEFAULTS.leeway,
    identityClaim: 'identity',
    verifySubject: false,
    plainAccessTokens: true,
    csrf: false,
    // The scheme of the challenge. A function finds the token.
    header: { type: read.header?.type ?? DEFAULTS.prefix, caseInsensitive: true },
    realm: read.realm ?? DEFAULTS.realm,
    userIdentity: identityOf,
    verifyToken: hasNoAudience,
  } as const satisfies JwtExtendedOptions;
}

function secretOf(values: ReadonlyMap<string, FlaskValue>): Pick<JwtExtendedOptions, 'secret' | 'algorithm'> {
  const { JWT_SECRET_KEY: secret, JWT_ALGORITHM: algorithm } = FLASK_SETTINGS;
  const name = algorithm.read(values.get('JWT_ALGORITHM')) ?? 'HS256';
  if (typeof name !== 'string' || !/^HS(?:256|384|512)$/.test(name)) {
    throw new TypeError('The Flask setting JWT_ALGORITHM must be HS256, HS384 or HS512. Flask-JWT has no key pairs.');
  }
  const key = secret.read(values.get('JWT_SECRET_KEY')) ?? secret.read(values.get('SECRET_KEY'));
  return { secret: key as string | undefined, algorithm: name as 'HS256' };
}

/** Flask-JWT takes the `id` of a user. A text or a number is an identity itself. */
function identityOf(user: unknown): unknown {
  return typeof user === 'object' && user !== null ? memberOf(user, 'id') : user;
}

/** Flask-JWT has no setting for an audience, so it refuses tokens for any. */
function hasNoAudience(payload: JwtPayload): boolean {
  return !Object.hasOwn(payload, 'aud');
}

function logInOf(values: ReadonlyMap<string, FlaskValue>): FlaskJwtPreset['auth'] {
  const rule = parsed(values.get('JWT_AUTH_URL_RULE') ?? (values.has('JWT_AUTH_URL_RULE') ? null : DEFAULTS.path));
  refuseOtherMethods(values.get('JWT_AUTH_URL_OPTIONS'));
  if (rule === undefined || rule === '' || rule === false) return null;
  const usernameKey = keyOf(values, 'JWT_AUTH_USERNAME_KEY', 'username');
  const passwordKey = keyOf(values, 'JWT_AUTH_PASSWORD_KEY', 'password');
  return {
    path: rule as string,
    usernameKey,
    passwordKey,
    fresh: false,
    credentials: (request) => credentialsOf(jsonBody(request), usernameKey, passwordKey),
  };
}

function keyOf(values: ReadonlyMap<string, FlaskValue>, name: string, fallback: string): string {
  return (text(values.get(name)) as string | undefined) ?? fallback;
}

/** Flask-JWT takes a body with exactly two members. */
function credentialsOf(body: unknown, usernameKey: string, passwordKey: string): Credentials | null {
  if (typeof body !== 'object' || body === null || Object.keys(body).length !== 2) return null;
  return { username: ownValue(body, usernameKey) as string, password: ownValue(body, passwordKey) as string };
}

/** Other methods would put a password into an address, or into the log of a proxy. */
function refuseOtherMethods(value: FlaskValue): void {
  const options = parsed(value);
  if (options === undefined) return;
  const methods: unknown = typeof options === 'object' && options !== null ? memberOf(options, 'methods') : undefined;
  const isPost = Array.isArray(methods) && methods.length === 1 && String(methods[0]).toUpperCase() === 'POST';
  if (isPost && Object.keys(options as object).length === 1) return;
  throw new TypeError(
    'The Flask setting JWT_AUTH_URL_OPTIONS can only be {"methods": ["POST"]}: the log-in is a POST.',
  );
}
