import type { Difference } from './differences.js';

const START =
  'Wrong options (unknown names included) stop the start with a `TypeError` that names the option, what is wrong and the cure.';

/** The deliberate differences from Flask-JWT 0.3.2. `docs/migration/from-flask-jwt.md` has each of them. */
export const FLASK_JWT_DIFFERENCES: readonly Difference[] = [
  {
    id: 'settings-that-cannot-work',
    where: ['headers / an empty prefix', 'tokens / no secret'],
    answers: ['refused'],
    ours: 'An empty prefix stops the start, and so does a missing secret.',
    reason: 'Flask-JWT starts. It refuses every token, or answers every request 500.',
  },
  {
    id: 'leeway',
    where: ['tokens / leeway'],
    answers: ['refused'],
    ours: 'A leeway of more than an hour stops the start.',
    reason: 'It would accept tokens that expired long ago.',
    contract: START,
  },
  {
    id: 'users',
    where: ['auth-endpoint / credentials / 16-17'],
    answers: [200],
    ours: 'A user can be an object of any class with an `id`, and 0 is an `id`.',
    reason: 'Flask-JWT answers their log-in 500.',
  },
  {
    id: 'odd-credentials',
    where: ['auth-endpoint / credentials / 11-12'],
    answers: [401],
    ours: 'A name or password that is no text is refused without a call of `authenticate`. The answer is the same.',
    reason: 'A database could read an object as a query.',
    contract: 'Bodies of any other form: 400, never 5xx.',
  },
  {
    id: 'order-of-callbacks',
    where: ['handlers / order / 1'],
    answers: [200],
    ours: '`additionalHeaders` is called before `additionalClaims`.',
    reason: 'This is the order of Flask-JWT-Extended. The token is the same.',
    contract: 'Names, defaults and behaviour are fixed, what is behind them is yours.',
  },
  {
    id: 'no-identity-handler',
    where: ['handlers / no identity handler / 1'],
    answers: [200],
    ours: 'Without `userLookup` there is no current user, and the claims are the identity.',
    reason: 'Flask-JWT answers every request with a token 500.',
  },
  {
    id: 'blank-header',
    where: ['headers / default prefix / 3'],
    answers: [401],
    ours: 'A header of blanks counts as no header.',
    reason: 'Flask-JWT answers it 500.',
  },
  {
    id: 'scheme-of-challenge',
    where: ['headers / Bearer as the prefix / 5'],
    answers: [401],
    ours: 'The challenge names the configured prefix. Quotes in a realm are escaped.',
    reason: 'The challenge of Flask-JWT always says JWT. Quotes in its realm break the header (RFC 9110 s.5.6.4).',
  },
  {
    id: 'optional-access',
    where: ['headers / OPTIONS and optional access / 6'],
    answers: [401],
    ours: 'Where the token is optional, only a missing token is anonymous.',
    reason: 'Code that catches `JWTError` takes a forged token for an anonymous request.',
  },
  {
    id: 'routing',
    where: [
      'auth-endpoint / another path / 1',
      'auth-endpoint / no path / 1',
      'headers / OPTIONS and optional access / 3',
    ],
    answers: [404],
    ours: 'Nest answers methods and paths without a handler with 404.',
    reason: 'Flask answers OPTIONS itself, and its page of 404 is HTML.',
  },
  {
    id: 'header-parameters',
    where: ['tokens / signatures and algorithms / 9-11'],
    answers: [401],
    ours: 'A `kid` that is no text, `crit` and `b64: false` are refused.',
    reason: 'They change how a token must be read (RFC 7515 s.4.1.11, RFC 7797).',
  },
  {
    id: 'required-claims',
    where: ['tokens / more required claims / 1'],
    answers: [401],
    ours: 'Every claim of `JWT_REQUIRED_CLAIMS` is required of tokens.',
    reason: 'Flask-JWT requires only `exp`, `iat` and `nbf` of them.',
  },
];
