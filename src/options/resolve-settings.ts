import type { ErrorSettings } from '../errors/error-responder.js';
import { ERROR_RESPONSE_NAMES } from '../errors/exception-table.js';
import { resolveCache } from './cache-settings.js';
import { resolveCookies, resolveCsrf } from './cookie-settings.js';
import { resolveJwks } from './jwks-settings.js';
import { resolveKeys, type KeyMaterialOptions } from './key-settings.js';
import { resolveLocations } from './location-settings.js';
import { OptionReader, show } from './option-reader.js';
import { resolveRevocation } from './revocation-settings.js';
import { LIBRARY_CLAIMS } from '../types/claims.js';
import { CALLBACKS, type Callbacks, type EncodeDecodeSettings, type Settings } from './settings.js';

const OPTIONS = [
  'secret',
  'privateKey',
  'publicKey',
  'keys',
  'jwks',
  'algorithm',
  'decodeAlgorithms',
  'allowWeakSecret',
  'accessTokenExpires',
  'refreshTokenExpires',
  'leeway',
  'issuer',
  'audience',
  'encodeNotBefore',
  'verifySubject',
  'identityClaim',
  'requiredClaims',
  'errorMessageKey',
  'tokenLocation',
  'header',
  'queryString',
  'json',
  'cookies',
  'csrf',
  'implicitRefresh',
  'revocation',
  'rotation',
  'sessionClaim',
  'requireByDefault',
  'requestProperty',
  'maxTokenLength',
  'cache',
  'errorResponses',
  ...CALLBACKS,
] as const;

const EXTRAS = ['isGlobal', 'globalGuard', 'globalFilter'];

/** The options after their check. */
export interface ResolvedOptions {
  /** Everything but the keys, with every default filled in, frozen. */
  readonly settings: Settings;
  readonly keyMaterial: KeyMaterialOptions;
}

/**
 * Checks the options and fills in the defaults. A wrong option is a `TypeError`. `withExtras`: the object may also hold
 * the module's extras, as it does in `forRoot()`.
 */
export function resolveOptions(given: unknown, withExtras = false): ResolvedOptions {
  if (!withExtras) refuseExtras(given);
  const options = new OptionReader(given, withExtras ? [...OPTIONS, ...EXTRAS] : OPTIONS);
  const locations = resolveLocations(options);
  const cookies = resolveCookies(options);
  const issuer = readIssuer(options);
  const keys = resolveKeys(options);
  const settings: Settings = Object.freeze({
    ...keys.settings,
    accessTokenExpires: options.lifetime('accessTokenExpires', '15m'),
    refreshTokenExpires: options.lifetime('refreshTokenExpires', '30d'),
    leeway: options.duration('leeway', 0),
    issuer,
    jwks: resolveJwks(options, issuer),
    audience: readAudience(options),
    encodeNotBefore: options.flag('encodeNotBefore', true),
    verifySubject: options.flag('verifySubject', true),
    identityClaim: readIdentityClaim(options),
    requiredClaims: Object.freeze([...(options.texts('requiredClaims') ?? [])]),
    maxTokenLength: options.integer('maxTokenLength', 16_384, 1),
    cache: resolveCache(options),
    ...locations,
    cookies,
    csrf: resolveCsrf(options, cookies),
    implicitRefresh: readImplicitRefresh(options),
    ...resolveRevocation(options),
    requireByDefault: options.flag('requireByDefault', false),
    requestProperty: readRequestProperty(options),
    callbacks: readCallbacks(options),
    ...readErrors(options, locations.header.type),
  });
  return { settings, keyMaterial: keys.material };
}

/** The settings alone, of options that hold no extras. */
export function resolveSettings(given: unknown): Settings {
  return resolveOptions(given).settings;
}

/** They shape the module itself, which Nest has built by the time a factory answers. */
function refuseExtras(given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  const extra = EXTRAS.find((name) => Object.hasOwn(given, name));
  if (extra === undefined) return;
  new OptionReader({}, []).refuse(
    extra,
    `is read from the call only. Write forRootAsync({ ${extra}: …, useFactory: … }).`,
  );
}

function readIssuer(options: OptionReader): EncodeDecodeSettings<string> {
  const { encode, decode } = readEncodeDecode(options, 'issuer');
  if (encode !== null && typeof encode !== 'string') options.refuse('issuer', 'of new tokens must be one string.');
  return Object.freeze({ encode: encode, decode });
}

function readAudience(options: OptionReader): EncodeDecodeSettings<string | readonly string[]> {
  return Object.freeze(readEncodeDecode(options, 'audience'));
}

function readEncodeDecode(options: OptionReader, name: string): EncodeDecodeSettings<string | readonly string[]> {
  const given = options.raw(name) ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    return { encode: readEncode(options, name, given), decode: readDecode(options, name, given) };
  }
  const apart = new OptionReader(given, ['encode', 'decode'], name);
  return {
    encode: readEncode(options, name, apart.raw('encode')),
    decode: readDecode(options, name, apart.raw('decode')),
  };
}

/** An empty value means no claim, as in Flask. */
function readEncode(options: OptionReader, name: string, value: unknown): string | readonly string[] | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (!isTexts(value)) return options.refuse(name, `must hold strings; it is ${show(value)}.`);
  return value.length === 0 ? null : Object.freeze([...value]);
}

/** An empty value would refuse every token. */
function readDecode(options: OptionReader, name: string, value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const values = typeof value === 'string' ? [value] : value;
  if (!isTexts(values)) return options.refuse(name, `must hold strings; it is ${show(value)}.`);
  if (values.length === 0 || values.includes('')) {
    options.refuse(name, 'for checking is empty, so no token could match. Leave it out to accept any.');
  }
  return Object.freeze([...values]);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function readIdentityClaim(options: OptionReader): string {
  const claim = options.text('identityClaim', 'sub');
  if (LIBRARY_CLAIMS.includes(claim)) {
    options.refuse('identityClaim', `must not be "${claim}", which has a meaning of its own in every token.`);
  }
  return claim;
}

function readImplicitRefresh(options: OptionReader): Settings['implicitRefresh'] {
  if ((options.raw('implicitRefresh') ?? false) === false) return null;
  const section = options.section('implicitRefresh', ['within']);
  if (section.raw('within') === undefined) section.refuse('within', "is missing. Write { within: '30m' }.");
  return Object.freeze({ within: section.duration('within', 0) });
}

function readRequestProperty(options: OptionReader): string | null {
  return options.raw('requestProperty') === false ? null : options.text('requestProperty', 'user');
}

function readCallbacks(options: OptionReader): Callbacks {
  const callbacks: Record<string, unknown> = {};
  for (const name of CALLBACKS) {
    const callback = options.callback(name);
    if (callback !== undefined) callbacks[name] = callback;
  }
  return Object.freeze(callbacks as Callbacks);
}

function readErrors(options: OptionReader, scheme: string): ErrorSettings {
  const section = options.section('errorResponses', ERROR_RESPONSE_NAMES);
  const errorResponses: Record<string, unknown> = {};
  for (const name of ERROR_RESPONSE_NAMES) {
    const callback = section.callback(name);
    if (callback !== undefined) errorResponses[name] = callback;
  }
  return {
    errorMessageKey: options.text('errorMessageKey', 'msg'),
    errorResponses: Object.freeze(errorResponses),
    challengeScheme: scheme === '' ? 'Bearer' : scheme,
  };
}
