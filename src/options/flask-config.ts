import type { JwtExtendedOptions } from './jwt-extended-options.js';
import { FLASK_SETTINGS, type FlaskValue } from './flask-settings.js';
import { nearest } from './nearest.js';

/** How `optionsFromFlaskConfig` treats names it does not know. */
export interface FlaskConfigOptions {
  /** `JWT_*` names that are not Flask-JWT-Extended's, to be passed over. */
  ignore?: readonly string[] | undefined;
}

/**
 * The options that mean the same as a Flask configuration (an object, or the environment, with or without Flask's prefix
 * `FLASK_`), with Flask-JWT-Extended's own defaults. Text is read as `Config.from_prefixed_env()` reads it: JSON if it is
 * JSON, else `True`, `False`, `None`, else text; lists may also be comma-separated. Throws a `TypeError` for an unknown
 * `JWT_*` name, with the nearest known one.
 */
export function optionsFromFlaskConfig(
  config: Readonly<Record<string, unknown>>,
  { ignore = [] }: FlaskConfigOptions = {},
): JwtExtendedOptions {
  const given = withoutPrefix(config);
  refuseUnknown(given, ignore);
  const options: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(FLASK_SETTINGS)) {
    const value = setting.read(given.get(name), name);
    if (value !== undefined) assign(options, setting.option, value);
  }
  const usesSecret = typeof options.algorithm !== 'string' || options.algorithm.startsWith('HS');
  if (!options.secret && usesSecret) options.secret = FLASK_SETTINGS.JWT_SECRET_KEY.read(given.get('SECRET_KEY'));
  deleteUnused(options, usesSecret);
  if (options.protectCsrf === false) options.csrf = false;
  delete options.protectCsrf;
  return options;
}

/** Flask reads the keys that JWT_ALGORITHM needs, and passes others over. */
function deleteUnused(options: Record<string, unknown>, usesSecret: boolean): void {
  const pair = ['privateKey', 'publicKey'];
  const [needed, unused] = usesSecret ? [['secret'], pair] : [pair, ['secret']];
  if (needed.some((name) => options[name])) for (const name of unused) delete options[name];
}

/** `FLASK_JWT_ALGORITHM` is `JWT_ALGORITHM` in Flask's environment; where both are there, the plain name counts. */
function withoutPrefix(config: Readonly<Record<string, unknown>>): Map<string, FlaskValue> {
  const given = new Map<string, FlaskValue>();
  const entries = Object.entries(config);
  for (const [name, value] of entries) if (name.startsWith('FLASK_')) given.set(name.slice('FLASK_'.length), value);
  for (const [name, value] of entries) if (!name.startsWith('FLASK_')) given.set(name, value);
  return given;
}

function refuseUnknown(given: ReadonlyMap<string, FlaskValue>, ignore: readonly string[]): void {
  const known = Object.keys(FLASK_SETTINGS);
  for (const name of given.keys()) {
    if (!name.startsWith('JWT_') || known.includes(name) || ignore.includes(name)) continue;
    const likely = nearest(name, known);
    throw new TypeError(
      `optionsFromFlaskConfig: Flask-JWT-Extended has no setting ${name}. ` +
        (likely === null ? '' : `Did you mean ${likely}? `) +
        `If it belongs to something else, pass { ignore: ['${name}'] }.`,
    );
  }
}

/** Puts a value at a path such as `cookies.access.name`. */
function assign(options: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let section = options;
  for (const name of names) section = (section[name] ??= {}) as Record<string, unknown>;
  section[last] = value;
}
