import type { AdapterName } from './app/conformance-app.js';

/** Where we answer differently from Flask-JWT-Extended, on purpose. */
export interface Difference {
  readonly id: string;
  /** The steps it covers, as `step-selector.ts` reads them. */
  readonly where: readonly string[];
  /** What is seen of it in the recordings: the statuses, or that the configuration is refused at the start. */
  readonly answers: readonly (number | 'refused')[];
  /** What we do. */
  readonly ours: string;
  readonly reason: string;
  /** The sentence of the public contract that asks for it, where the scenario itself advises nothing. */
  readonly contract?: string;
  /** Only there; both when left out. */
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
    ours: 'A setting that cannot work stops the start, naming the option and the cure.',
    reason: 'There it is a 500, or a refusal of every token, on the first request that needs it.',
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
    reason: 'Anyone could make tokens, or an identity could become the type of its token.',
  },
  {
    id: 'mixed-algorithms',
    where: [
      'algorithms / RS256 and ES256 in the list, one public key',
      'algorithms / alg confusion: RS256 and HS256 both allowed',
    ],
    answers: ['refused'],
    ours: '`decodeAlgorithms` of several families stop the start; `keys` binds each key to its algorithm.',
    reason: 'One kind of key could be taken for the other; there such tokens are a 500 at best.',
  },
  {
    id: 'weak-keys',
    where: ['algorithms / RS256 with a 1024 bit key', 'algorithms / EdDSA with an Ed448 key'],
    answers: ['refused'],
    ours: 'RSA keys under 2048 bits stop the start, and so do keys for Ed448: `EdDSA` is Ed25519 here.',
    reason: 'RFC 7518 s.3.3 forbids short keys, and hardly anything else reads Ed448.',
  },
  {
    id: 'lifetime-zero-or-less',
    where: [
      'token-creation / lifetimes configured: 0',
      'token-creation / lifetimes configured: a zero duration',
      'token-creation / lifetimes configured: negative',
    ],
    answers: ['refused'],
    ours: 'A configured lifetime of zero or less stops the start; `false` means never.',
    reason: 'There 0 means for ever, and a negative one makes tokens that are born expired.',
  },
  {
    id: 'call-lifetime-zero',
    where: ['token-creation / expires_delta / 7-8, 15-16'],
    answers: [500, 422],
    ours: '`expires: 0` is a `TypeError` when the token is made.',
    reason: 'There it makes a token that never expires.',
  },
  {
    id: 'refused-route-locations',
    where: ['multiple-locations / route overrides, headers configured / 24-25'],
    answers: [404],
    ours: 'An unknown location on a route is a `TypeError` where the route is declared, so that there is no such route.',
    reason: 'There every request to it is a 500.',
  },
  {
    id: 'header-arguments',
    where: ['algorithms / alg through additional headers / 1', 'token-creation / additional headers / 14, 16, 19'],
    answers: [500, 422],
    ours: 'Header arguments that set `alg`, a `kid` that is no string or `b64` are a `TypeError` when the token is made.',
    reason: 'They would change the algorithm or make a token nobody accepts.',
  },
];

const TOKENS: readonly Difference[] = [
  {
    id: 'strict-base64url',
    where: ['algorithms / signatures / 7-9, 12', 'malformed-tokens / the same in JSON bodies / 6-7'],
    answers: [422],
    ours: 'Tokens have to be base64url as RFC 7515 has it: 422.',
    reason: 'Lenient decoding lets one token be written in many ways.',
  },
  {
    id: 'strict-json',
    where: ['malformed-tokens / payloads that are no JSON object / 12-15'],
    answers: [422],
    ours: 'Header and payload have to be JSON in UTF-8: 422.',
    reason: 'Python also reads NaN, Infinity, byte order marks and UTF-16.',
  },
  {
    id: 'large-integers',
    where: ['malformed-tokens / payloads that are no JSON object / 18'],
    answers: [200],
    ours: 'An integer beyond what a double holds is read as JavaScript does.',
    reason: 'Python refuses integers of more than 4300 digits.',
  },
  {
    id: 'hostile-tokens',
    where: [
      'malformed-tokens / the same in JSON bodies / 11',
      'malformed-tokens / unsigned garbage is parsed before the signature is checked / 4-5',
    ],
    answers: [422],
    ours: 'Deep nesting and lone surrogates are invalid tokens: 422.',
    reason: 'There anybody can cause a 500 with them.',
  },
  {
    id: 'token-length',
    where: ['malformed-tokens / large tokens in a JSON body / 1'],
    answers: [422],
    ours: 'A token longer than `maxTokenLength` is refused before anything is parsed.',
    reason: 'Parsing costs time before anything is known of the sender.',
  },
  {
    id: 'numeric-dates',
    where: [
      'expiry-leeway / exp of other types / 6-11, 15-18',
      'expiry-leeway / iat / 5-6',
      'nbf / nbf of handcrafted tokens / 7-10',
    ],
    answers: [422],
    ours: '`exp`, `iat` and `nbf` have to be finite JSON numbers: 422.',
    reason: "There Python's int() also takes strings and booleans, and the rest is a 500.",
  },
  {
    id: 'odd-freshness',
    where: ['freshness / claims of other types / 1-6'],
    answers: [401],
    ours: 'A `fresh` claim that is neither a boolean nor a number is not fresh: 401.',
    reason: 'There it is a 500.',
  },
  {
    id: 'critical-extensions',
    where: ['algorithms / other header fields / 19'],
    answers: [422],
    ours: 'Every `crit` is refused.',
    reason: 'No extension is understood here (RFC 7515 s.4.1.11).',
  },
];

const REQUESTS: readonly Difference[] = [
  {
    id: 'own-token-types',
    where: ['token-types / minted / 13'],
    answers: [422],
    ours: 'Access routes take the type `access` or none.',
    reason: 'There a token made for something else, like a password reset, opens them too.',
  },
  {
    id: 'csrf-mismatch',
    where: ['csrf / default protection / 25', 'csrf / odd csrf claims / 1, 3, 5, 7, 11'],
    answers: [401],
    ours: 'A double submit value outside ASCII, or a `csrf` claim that is no string, is a mismatch: 401.',
    reason: 'There it is a 500.',
  },
  {
    id: 'csrf-methods-case',
    where: ['csrf / method names in lower case / 1'],
    answers: [401],
    ours: '`csrf.methods` are compared in any case.',
    reason: 'There `["post"]` protects nothing.',
  },
  {
    id: 'blank-header-field',
    where: ['headers / no header and empty headers / 7-8'],
    answers: [401],
    ours: 'A header of nothing but commas and blanks holds no token: 401.',
    reason: 'There anybody can cause a 500 with it.',
  },
  {
    id: 'json-without-members',
    where: ['json-body / bodies without a token / 12-16, 18', 'precedence / JSON first / 4'],
    answers: [401, 200],
    ours: 'A JSON body that is no object holds no token: 401, anonymous, or the next location.',
    reason: 'There anybody can cause a 500 with it.',
  },
  {
    id: 'callback-refusal',
    where: ['optional / a key callback that raises it / 1, 3'],
    answers: [401],
    ours: 'What a callback throws is answered, also on an optional route and with several locations.',
    reason: 'A check that fails must not become anonymous access.',
  },
  {
    id: 'no-key',
    where: ['loaders / a key callback without a key / 1'],
    answers: [422],
    ours: '`decodeKey` may answer `null`: no key for this token, 422.',
    reason: 'There it is a 500.',
  },
  {
    id: 'second-check',
    where: ['custom-decorators / two verifications in one request / 1'],
    answers: [200],
    ours: 'A second, optional check without a token keeps what the first one found.',
    reason: 'There it makes the rest of the request anonymous without notice.',
  },
];

const MINTING: readonly Difference[] = [
  {
    id: 'nothing-to-add',
    where: ['loaders / claims callback answering null / 2', 'loaders / headers callback answering null / 2'],
    answers: [200],
    ours: '`additionalClaims` and `additionalHeaders` may answer `null`: nothing is added.',
    reason: 'There it is a 500 as soon as the call gives some too.',
  },
  {
    id: 'dates-in-claims',
    where: ['loaders / claims that are no JSON values / 1-2'],
    answers: [200],
    ours: 'A `Date` in a claim is written as JSON does, in ISO 8601.',
    reason: "There it becomes an HTTP date, as Flask's own JSON has it.",
  },
  {
    id: 'fractional-lifetimes',
    where: ['token-creation / lifetimes configured: a fraction / 1-2'],
    answers: [200],
    ours: 'A lifetime may have a fraction; `exp` is in whole seconds.',
    reason: 'There a configured fraction is a 500.',
  },
  {
    id: 'missing-csrf-claim',
    where: ['decode-helpers / get_csrf_token / 3'],
    answers: [422],
    ours: '`getCsrfToken` of a token without the claim throws `Missing claim: csrf`.',
    reason: 'There it is a KeyError, a 500.',
  },
  {
    id: 'issuer-claim',
    where: ['issuer / an issuer claim that is no string / 1'],
    answers: [200],
    ours: 'A claim given for one token is taken as it is.',
    reason: 'PyJWT refuses to write an `iss` that is no string.',
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
    reason: 'There 0 counts as not given: a session cookie, or one for a year.',
  },
  {
    id: 'cookie-quoting',
    where: ['cookies-attributes / a csrf claim with special characters / 1'],
    answers: [200],
    ours: 'Characters a cookie may not hold are percent-encoded.',
    reason: 'Werkzeug puts such values into quotes, which scripts in browsers do not take off.',
  },
  {
    id: 'cookie-of-verified-token',
    where: ['cookies-attributes / tokens the helper need not decode / 2'],
    answers: [422],
    ours: 'Only tokens that hold are put into cookies.',
    reason: 'Without a CSRF cookie to make, anything is set there.',
    contract: '`setRefreshCookies` (both verify the token first: await them)',
  },
];

const HOST: readonly Difference[] = [
  {
    id: 'bodies-of-get',
    where: ['json-body / default keys / 5'],
    answers: [401],
    ours: 'The body of a GET request is not read.',
    reason: 'Fastify leaves it alone, as RFC 9110 s.9.3.1 gives it no meaning.',
    adapter: 'fastify',
  },
  {
    id: 'repeated-header-lines',
    where: ['headers / comma-separated fields / 18-19'],
    answers: [401, 200],
    ours: 'Of several `Authorization` lines the first counts.',
    reason: 'Node drops the others; WSGI servers join them with commas.',
  },
  {
    id: 'broken-json-bodies',
    where: ['json-body / bodies without a token / 8-11, 17'],
    answers: [400],
    ours: 'A body that is not the JSON it says is a 400 of the body parser.',
    reason: 'It runs before any guard.',
  },
  {
    id: 'routing',
    where: ['options-method / views that do not / 1-3', 'options-method / what the router decides before / 1-3'],
    answers: [404],
    ours: 'Methods and paths nobody handles are a 404 of Nest.',
    reason: 'Flask answers OPTIONS itself and has a 405.',
  },
];

/** By what they are about. */
export const DIFFERENCES_BY_TOPIC: Readonly<Record<string, readonly Difference[]>> = {
  'Settings and arguments': REFUSED,
  'What a token has to be': TOKENS,
  'What a request has to hold': REQUESTS,
  'Making tokens': MINTING,
  Cookies: COOKIES,
  'The framework underneath': HOST,
};

export const DIFFERENCES: readonly Difference[] = Object.values(DIFFERENCES_BY_TOPIC).flat();
