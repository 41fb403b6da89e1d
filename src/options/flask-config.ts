import { callOptions } from './call-options.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';
import { OwnLogger } from '../errors/own-logger.js';
import { FLASK_JWT_NAMES, FLASK_JWT_SETTINGS, FLASK_LOG_IN_SETTINGS, refuseUnchecked } from './flask-jwt-settings.js';
import { FLASK_SETTINGS, type FlaskSetting } from './flask-settings.js';
import type { FlaskValue } from './flask-values.js';
import { nearest } from './nearest.js';

/** Options of `optionsFromFlaskConfig()`. */
export interface FlaskConfigOptions {
  /**
   * `JWT_*` names to ignore, because they belong to something else.
   * @default []
   */
  ignore?: readonly string[] | undefined;
}

const readConfigOptions = callOptions<FlaskConfigOptions>('optionsFromFlaskConfig', { ignore: true });

/**
 * Turns a Flask configuration into options, with Flask-JWT-Extended's defaults. The configuration is an object or the
 * environment, with or without Flask's prefix `FLASK_`. Text is read like Flask's `Config.from_prefixed_env()`: as JSON, else
 * as `True`, `False` or `None`, else as text. A list may also be a text with commas. The names of Flask-JWT 0.3.2 for tokens are
 * known too. Those for its log-in belong to `flaskJwtPreset()` of `nestjs-jwt-extended/auth`; the log names them.
 *
 * @throws TypeError for an unknown `JWT_*` name; the message has the most similar known name.
 * @example JwtExtendedModule.forRoot(optionsFromFlaskConfig(process.env))
 */
export function optionsFromFlaskConfig(
  config: Readonly<Record<string, unknown>>,
  given?: FlaskConfigOptions,
): JwtExtendedOptions {
  const { ignore = [] } = readConfigOptions(given);
  const values = withoutPrefix(config);
  const known = [...Object.keys(FLASK_SETTINGS), ...FLASK_JWT_NAMES];
  refuseUnknownSettings(values, known, ignore, 'optionsFromFlaskConfig: Flask-JWT-Extended');
  refuseUnchecked(values);
  sayWhichAreOfLogIn(values);
  const options = readFlaskSettings(values, { ...FLASK_SETTINGS, ...FLASK_JWT_SETTINGS });
  // Flask-JWT ignores the case of its prefix.
  if (values.has('JWT_AUTH_HEADER_PREFIX')) assign(options, 'header.caseInsensitive', true);
  const usesSecret = typeof options.algorithm !== 'string' || options.algorithm.startsWith('HS');
  if (!options.secret && usesSecret) options.secret = FLASK_SETTINGS.JWT_SECRET_KEY.read(values.get('SECRET_KEY'));
  deleteUnused(options, usesSecret);
  if (options.protectCsrf === false) options.csrf = false;
  delete options.protectCsrf;
  return options;
}

/** @internal The options of the settings that are set. @throws TypeError if two of them set the same option. */
export function readFlaskSettings(
  values: ReadonlyMap<string, FlaskValue>,
  settings: Readonly<Record<string, FlaskSetting>>,
): Record<string, unknown> {
  const options = Object.create(null) as Record<string, unknown>;
  const names = new Map<string, string>();
  for (const [name, setting] of Object.entries(settings)) {
    const value = setting.read(values.get(name), name);
    if (value === undefined) continue;
    const other = names.get(setting.option);
    // Without a value of its own, a setting has only a default.
    if (other !== undefined && values.has(other)) {
      throw new TypeError(
        `The Flask settings ${other} and ${name} are the same option, "${setting.option}". Keep one.`,
      );
    }
    names.set(setting.option, name);
    assign(options, setting.option, value);
  }
  return options;
}

function sayWhichAreOfLogIn(values: ReadonlyMap<string, FlaskValue>): void {
  const found = FLASK_LOG_IN_SETTINGS.filter((name) => values.has(name));
  if (found.length === 0) return;
  new OwnLogger().warn(
    `optionsFromFlaskConfig() does not use ${found.join(', ')}, which shape the log-in of Flask-JWT. Pass them to ` +
      'flaskJwtPreset() of nestjs-jwt-extended/auth, or write path, usernameKey and passwordKey for JwtAuthModule.',
  );
}

/** Flask reads only the keys that JWT_ALGORITHM needs. */
function deleteUnused(options: Record<string, unknown>, usesSecret: boolean): void {
  const pair = ['privateKey', 'publicKey'];
  const [needed, unused] = usesSecret ? [['secret'], pair] : [pair, ['secret']];
  if (needed.some((name) => options[name])) for (const name of unused) delete options[name];
}

/** @internal `FLASK_JWT_ALGORITHM` in the environment is `JWT_ALGORITHM`. If both are set, the plain name wins. */
export function withoutPrefix(config: Readonly<Record<string, unknown>>): Map<string, FlaskValue> {
  const values = new Map<string, FlaskValue>();
  const entries = Object.entries(config);
  for (const [name, value] of entries) if (name.startsWith('FLASK_')) values.set(name.slice('FLASK_'.length), value);
  for (const [name, value] of entries) if (!name.startsWith('FLASK_')) values.set(name, value);
  return values;
}

/** @internal @throws TypeError for a `JWT_*` name that is not known; the message has the most similar known name. */
export function refuseUnknownSettings(
  values: ReadonlyMap<string, FlaskValue>,
  known: readonly string[],
  ignore: readonly string[],
  library: string,
): void {
  for (const name of values.keys()) {
    if (!name.startsWith('JWT_') || known.includes(name) || ignore.includes(name)) continue;
    const likely = nearest(name, known);
    throw new TypeError(
      `${library} has no setting ${name}. ` +
        (likely === null ? '' : `Did you mean ${likely}? `) +
        `If it belongs to something else, pass { ignore: ['${name}'] }.`,
    );
  }
}

/** Sets the option with a path such as `cookies.access.name`. */
function assign(options: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let section = options;
  for (const name of names) section = (section[name] ??= Object.create(null)) as Record<string, unknown>;
  section[last] = value;
}
