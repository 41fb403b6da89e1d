import type { FlaskSetting } from './flask-settings.js';
import { flag, lifetime, list, parsed, text, type FlaskValue } from './flask-values.js';

/** The settings of Flask-JWT 0.3.2 for tokens, apart from `JWT_SECRET_KEY` and `JWT_ALGORITHM`, which both libraries have. */
export const FLASK_JWT_SETTINGS = {
  JWT_AUTH_HEADER_PREFIX: { option: 'header.type', read: prefix },
  JWT_EXPIRATION_DELTA: { option: 'accessTokenExpires', read: lifetime },
  JWT_NOT_BEFORE_DELTA: { option: 'notBeforeDelta', read: parsed },
  JWT_LEEWAY: { option: 'leeway', read: parsed },
  JWT_REQUIRED_CLAIMS: { option: 'requiredClaims', read: list },
  JWT_DEFAULT_REALM: { option: 'realm', read: text },
} satisfies Record<string, FlaskSetting>;

/** The settings of Flask-JWT 0.3.2 for its log-in. */
export const FLASK_LOG_IN_SETTINGS = [
  'JWT_AUTH_URL_RULE',
  'JWT_AUTH_URL_OPTIONS',
  'JWT_AUTH_ENDPOINT',
  'JWT_AUTH_USERNAME_KEY',
  'JWT_AUTH_PASSWORD_KEY',
] as const;

/** The settings that name checks. Flask-JWT makes all checks with every value of them. */
const CHECKS = {
  JWT_VERIFY: requireTrue,
  JWT_VERIFY_EXPIRATION: requireTrue,
  JWT_VERIFY_CLAIMS: list,
} satisfies Record<string, FlaskSetting['read']>;

/** The settings of Flask-JWT that Flask-JWT-Extended does not have. */
export const FLASK_JWT_NAMES: readonly string[] = [
  ...Object.keys(FLASK_JWT_SETTINGS),
  ...FLASK_LOG_IN_SETTINGS,
  ...Object.keys(CHECKS),
];

/** Refuses settings that turn a check off. Flask-JWT does not read them, so a service can have them without effect. */
export function refuseUnchecked(values: ReadonlyMap<string, FlaskValue>): void {
  for (const [name, read] of Object.entries(CHECKS)) read(values.get(name), name);
}

function requireTrue(value: FlaskValue, name: string): void {
  if (flag(value, name) !== false) return;
  throw new TypeError(
    `The Flask setting ${name} must not be False. Flask-JWT ignores it and checks each token, and so does this library: ` +
      'anyone could write a token that is not checked. Remove the setting.',
  );
}

function prefix(value: FlaskValue, name: string): unknown {
  if (value !== '') return text(value);
  throw new TypeError(`The Flask setting ${name} must not be empty. Flask-JWT refuses every token with it.`);
}
