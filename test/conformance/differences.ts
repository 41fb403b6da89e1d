import type { AdapterName } from './app/conformance-app.js';

/** A deliberate difference from Flask-JWT-Extended. */
export interface Difference {
  readonly id: string;
  /** The steps with this difference, in the syntax of `step-selector.ts`. */
  readonly where: readonly string[];
  /** The statuses of our responses in these steps, or `refused` if the start fails. */
  readonly answers: readonly (number | 'refused')[];
  /** The behaviour of this library. */
  readonly ours: string;
  readonly reason: string;
  /** The sentence of the public contract that requires it, if the scenario does not allow a difference. */
  readonly contract?: string;
  /** The only adapter with this difference. By default both have it. */
  readonly adapter?: AdapterName;
}

const REFUSED: readonly Difference[] = [
  {
    id: 'useless-settings',
    where: [
      'algorithms / an unknown algorithm *',
      'algorithms / keys of the wrong family',
      'algorithms / an EC key of the wrong curve',
      'algorithms / a PEM that is none',
      'algorithms / no keys for RS256',
      'algorithms / no secret at all',
      'algorithms / an empty secret',
      'audience / an empty *',
      'cookies-attributes / SameSite None without Secure',
      'error-message-key / an empty key',
      'header-type / a type of two words can never match',
      'headers / empty header name',
      'issuer / an empty string expected',
      'issuer / a number expected',
      'issuer / an issuer that is no string',
      'multiple-locations / wrong setting: *',
      'token-creation / lifetimes configured: true',
      'token-creation / lifetimes configured: a string',
    ],
    answers: ['refused'],
    ours: 'A setting that cannot work stops the start. The message names the option and the fix.',
    reason: 'Flask starts. The first request that needs the setting is answered 500, or every token is refused.',
  },
  {
    id: 'unsafe-settings',
    where: [
      'algorithms / alg none *',
      'algorithms / a PEM as the HMAC secret',
      'identity-claim / a reserved claim as the identity claim',
    ],
    answers: ['refused'],
    ours: 'The algorithm `none`, a PEM as HMAC secret and a reserved identity claim stop the start.',
    reason: 'With these settings anyone could create tokens, or an identity could replace the type of its token.',
  },
  {
    id: 'names-that-collide',
    where: ['cookies / the same name for both cookies'],
    answers: ['refused'],
    ours: 'One name for two values of a request stops the start, such as one cookie for both tokens.',
    reason: 'A browser keeps one of the two cookies, so the log-in would lose a token.',
    contract:
      'Wrong options (unknown names included) stop the start with a `TypeError` that names the option, what is wrong and the cure.',
  },
  {
    id: 'checks-that-are-none',
    where: ['csrf / no method is protected', 'expiry-leeway / leeway'],
    answers: ['refused'],
    ours: 'A leeway of more than an hour stops the start, and so does an empty list of CSRF methods.',
    reason: 'In Flask these settings turn a check off without saying so. `csrf: false` says so.',
    contract:
      'Wrong options (unknown names included) stop the start with a `TypeError` that names the option, what is wrong and the cure.',
  },
  {
    id: 'mixed-algorithms',
    where: [
      'algorithms / RS256 and ES256 in the list, one public key',
      'algorithms / alg confusion: RS256 and HS256 both allowed',
    ],
    answers: ['refused'],
    ours: '`decodeAlgorithms` of several key types stop the start. Use `keys`, which binds each key to one algorithm.',
    reason: 'A key of one type could be used as a key of another type. Flask answers such tokens 500 at best.',
  },
  {
    id: 'weak-keys',
    where: ['algorithms / RS256 with a 1024 bit key', 'algorithms / EdDSA with an Ed448 key'],
    answers: ['refused'],
    ours: 'RSA keys under 2048 bits stop the start, and so do keys for Ed448: `EdDSA` is Ed25519 here.',
    reason: 'RFC 7518 s.3.3 forbids short keys, and few other libraries support Ed448.',
  },
  {
    id: 'lifetime-zero-or-less',
    where: [
      'token-creation / lifetimes configured: 0',
      'token-creation / lifetimes configured: a zero duration',
      'token-creation / lifetimes configured: negative',
    ],
    answers: ['refused'],
    ours: 'A configured lifetime of zero or less stops the start. `false` means that tokens never expire.',
    reason: 'In Flask, 0 means that tokens never expire, and a negative lifetime creates expired tokens.',
  },
  {
    id: 'call-lifetime-zero',
    where: ['token-creation / expires_delta / 7-8, 15-16'],
    answers: [500, 422],
    ours: '`expires: 0` throws a `TypeError` when the token is created.',
    reason: 'Flask creates a token that never expires.',
  },
  {
    id: 'refused-route-locations',
    where: ['multiple-locations / route overrides, headers configured / 24-25'],
    answers: [404],
    ours: 'An unknown location on a route throws a `TypeError` at its declaration, so the route does not exist.',
    reason: 'Flask answers every request to the route 500.',
  },
  {
    id: 'header-arguments',
    where: ['algorithms / alg through additional headers / 1', 'token-creation / additional headers / 14, 16, 19'],
    answers: [500, 422],
    ours: 'Header arguments with `alg`, `b64` or a `kid` that is not a string throw a `TypeError` when the token is created.',
    reason: 'They would change the algorithm, or create a token that every verifier refuses.',
  },
];

const TOKENS: readonly Difference[] = [
  {
    id: 'strict-base64url',
    where: ['algorithms / signatures / 7-9, 12', 'malformed-tokens / the same in JSON bodies / 6-7'],
    answers: [422],
    ours: 'Tokens must be strict base64url (RFC 7515 s.2). Others are answered 422.',
    reason: 'With lenient decoding, one token has many encodings.',
  },
  {
    id: 'strict-json',
    where: ['malformed-tokens / payloads that are no JSON object / 12-15'],
    answers: [422],
    ours: 'Header and payload must be JSON in UTF-8. Others are answered 422.',
    reason: 'Python also accepts NaN, Infinity, byte order marks and UTF-16.',
  },
  {
    id: 'large-integers',
    where: ['malformed-tokens / payloads that are no JSON object / 18'],
    answers: [200],
    ours: 'An integer that is too large for a double is accepted and parsed by `JSON.parse`.',
    reason: 'Python refuses integers of more than 4300 digits.',
  },
  {
    id: 'hostile-tokens',
    where: [
      'malformed-tokens / the same in JSON bodies / 11',
      'malformed-tokens / unsigned garbage is parsed before the signature is checked / 4-5',
    ],
    answers: [422],
    ours: 'Tokens with deep nesting or lone surrogates are invalid: 422.',
    reason: 'In Flask, any client can cause a 500 with them.',
  },
  {
    id: 'token-length',
    where: ['malformed-tokens / large tokens in a JSON body / 1'],
    answers: [422],
    ours: 'The guard refuses a token longer than `maxTokenLength` before it parses the token.',
    reason: 'Otherwise an anonymous client could make the server parse large inputs.',
  },
  {
    id: 'numeric-dates',
    where: [
      'expiry-leeway / exp of other types / 6-11, 15-18',
      'expiry-leeway / iat / 5-6',
      'nbf / nbf of handcrafted tokens / 7-10',
    ],
    answers: [422],
    ours: '`exp`, `iat` and `nbf` must be finite JSON numbers. Other values are answered 422.',
    reason: "Python's int() also accepts strings and booleans, and Flask answers other values 500.",
  },
  {
    id: 'texts-without-utf8',
    where: ['malformed-tokens / payloads that are no JSON object / 16'],
    answers: [422],
    ours: 'An identity or `jti` with half of a surrogate pair alone is refused.',
    reason: 'UTF-8 cannot encode such a text, so several users would share one hash in a store.',
    contract: "The subject's hash tag is part of `sid`.",
  },
  {
    id: 'odd-freshness',
    where: ['freshness / claims of other types / 1-6'],
    answers: [401],
    ours: 'A token whose `fresh` claim is neither a boolean nor a number is not fresh: 401.',
    reason: 'Flask answers 500.',
  },
  {
    id: 'critical-extensions',
    where: ['algorithms / other header fields / 19'],
    answers: [422],
    ours: 'Every token with a `crit` header is refused.',
    reason: 'The library supports no extension (RFC 7515 s.4.1.11).',
  },
];

const REQUESTS: readonly Difference[] = [
  {
    id: 'own-token-types',
    where: ['token-types / minted / 13'],
    answers: [422],
    ours: 'Access routes accept tokens of the type `access` or without a type.',
    reason: 'In Flask they also accept tokens for other purposes, such as a password reset.',
  },
  {
    id: 'csrf-mismatch',
    where: ['csrf / default protection / 25', 'csrf / odd csrf claims / 1, 3, 5, 7, 11'],
    answers: [401],
    ours: 'A double submit value outside ASCII, or a `csrf` claim that is not a string, is a mismatch: 401.',
    reason: 'Flask answers 500.',
  },
  {
    id: 'head-is-get',
    where: ['csrf / only GET is protected / 6'],
    answers: [401],
    ours: '`GET` in `csrf.methods` includes `HEAD`.',
    reason: 'A request with HEAD runs the handler of GET, in Flask and in Nest.',
    contract: 'No silently open route.',
  },
  {
    id: 'csrf-methods-case',
    where: ['csrf / method names in lower case / 1'],
    answers: [401],
    ours: '`csrf.methods` are case-insensitive.',
    reason: 'In Flask `["post"]` protects no request.',
  },
  {
    id: 'blank-header-field',
    where: ['headers / no header and empty headers / 7-8'],
    answers: [401],
    ours: 'A header with only commas and spaces has no token: 401.',
    reason: 'In Flask, any client can cause a 500 with it.',
  },
  {
    id: 'json-without-members',
    where: ['json-body / bodies without a token / 12-16, 18', 'precedence / JSON first / 4'],
    answers: [401, 200],
    ours: 'A JSON body that is not an object has no token. The guard reads the next location, or answers as without a token.',
    reason: 'In Flask, any client can cause a 500 with it.',
  },
  {
    id: 'callback-refusal',
    where: ['optional / a key callback that raises it / 1, 3'],
    answers: [401],
    ours: 'An exception of a callback becomes the response, also on an optional route and with several locations.',
    reason: 'A failed check must not become anonymous access.',
  },
  {
    id: 'no-key',
    where: ['loaders / a key callback without a key / 1'],
    answers: [422],
    ours: '`decodeKey` can return `null` if it has no key for the token: 422.',
    reason: 'Flask answers 500.',
  },
  {
    id: 'second-check',
    where: ['custom-decorators / two verifications in one request / 1'],
    answers: [200],
    ours: 'After a first check, a second optional check that finds no token does not replace the context of the request.',
    reason: 'In Flask the rest of the request silently becomes anonymous.',
  },
];

const CREATION: readonly Difference[] = [
  {
    id: 'nothing-to-add',
    where: ['loaders / claims callback answering null / 2', 'loaders / headers callback answering null / 2'],
    answers: [200],
    ours: '`additionalClaims` and `additionalHeaders` can return `null`, to add nothing.',
    reason: 'Flask answers 500 if the call passes claims or headers too.',
  },
  {
    id: 'dates-in-claims',
    where: ['loaders / claims that are no JSON values / 1-2'],
    answers: [200],
    ours: 'Claims are JSON values. A `Date` is a `TypeError`, except in `exp`, `iat` and `nbf`.',
    reason: "Flask's JSON encoder writes an HTTP date. Our test application writes `date.toISOString()`.",
  },
  {
    id: 'fractional-lifetimes',
    where: ['token-creation / lifetimes configured: a fraction / 1-2'],
    answers: [200],
    ours: 'A lifetime can be a fraction of seconds. `exp` is in whole seconds.',
    reason: 'In Flask a configured fraction causes a 500.',
  },
  {
    id: 'missing-csrf-claim',
    where: ['decode-helpers / get_csrf_token / 3'],
    answers: [422],
    ours: '`getCsrfToken` throws `Missing claim: csrf` for a token without the claim.',
    reason: 'Flask raises a KeyError, which is answered 500.',
  },
  {
    id: 'types-of-claims',
    where: ['token-creation / reserved claims overridden / 19, 21, 23'],
    answers: [500],
    ours: 'A registered claim of the wrong type throws a `TypeError` when the token is created.',
    reason: 'Flask creates a token that every verifier refuses. For `iss`, PyJWT refuses to create it.',
  },
];

const COOKIES: readonly Difference[] = [
  {
    id: 'cookie-max-age-zero',
    where: [
      'cookies-attributes / max_age argument / 3',
      'cookies-attributes / max_age argument and persistent cookies / 2',
    ],
    answers: [200],
    ours: '`maxAge: 0` is `Max-Age=0`.',
    reason: 'Flask ignores 0 and sets a session cookie, or a cookie for one year.',
  },
  {
    id: 'cookie-quoting',
    where: ['cookies-attributes / a csrf claim with special characters / 1'],
    answers: [200],
    ours: 'Characters that a cookie must not contain are percent-encoded.',
    reason: 'Werkzeug puts such values into quotes, and scripts in browsers do not remove them.',
  },
  {
    id: 'cookie-of-verified-token',
    where: ['cookies-attributes / tokens the helper need not decode / 2'],
    answers: [422],
    ours: 'Only valid tokens are put into cookies.',
    reason: 'Flask does not verify the token if it sets no CSRF cookie.',
    contract: '`setRefreshCookies` (both verify the token first: await them)',
  },
];

const HOST: readonly Difference[] = [
  {
    id: 'bodies-of-get',
    where: ['json-body / default keys / 5'],
    answers: [401],
    ours: 'The guard does not read the body of a GET request.',
    reason: 'Fastify does not parse it. RFC 9110 s.9.3.1 defines no meaning for it.',
    adapter: 'fastify',
  },
  {
    id: 'repeated-header-lines',
    where: ['headers / comma-separated fields / 18-19'],
    answers: [401, 200],
    ours: 'The first of several `Authorization` headers is used.',
    reason: 'Node drops the others. WSGI servers join them with commas.',
  },
  {
    id: 'broken-json-bodies',
    where: ['json-body / bodies without a token / 8-11, 17'],
    answers: [400],
    ours: 'Invalid JSON in a body is answered 400 by the body parser.',
    reason: 'The body parser runs before all guards.',
  },
  {
    id: 'routing',
    where: ['options-method / views that do not / 1-3', 'options-method / what the router decides before / 1-3'],
    answers: [404],
    ours: 'Nest answers methods and paths without a handler with 404.',
    reason: 'Flask answers OPTIONS itself, and other methods with 405.',
  },
];

/** The topics are the sections of `docs/reference/differences.md`. */
export const DIFFERENCES_BY_TOPIC: Readonly<Record<string, readonly Difference[]>> = {
  'Settings and arguments': REFUSED,
  'Valid tokens': TOKENS,
  'Requests and routes': REQUESTS,
  'Creating tokens': CREATION,
  Cookies: COOKIES,
  'Nest and its adapters': HOST,
};

export const DIFFERENCES: readonly Difference[] = Object.values(DIFFERENCES_BY_TOPIC).flat();
