import { ERROR_RESPONSE_NAMES, type ErrorResponseOption } from '../errors/exception-table.js';
import { ERROR_FORMATS, type ErrorFormat, type ErrorFormatCallback } from '../errors/error-format.js';
import type { ErrorResponseCallback } from '../errors/error-responder.js';
import { isRealm } from '../types/realm.js';
import { cache } from './cache-options.js';
import type { CALLBACKS } from './callbacks.js';
import { audience, identityClaim, issuer, rolesClaim, scopeClaim, sessionClaim } from './claim-options.js';
import { claimsSchema } from './claims-schema.js';
import { connections } from './connection-options.js';
import { cookies } from './cookie-options.js';
import { csrf } from './csrf-options.js';
import type { Duration } from './duration.js';
import { identityProviders } from './identity-provider-options.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';
import type { KEY_OPTIONS } from './key-settings.js';
import { header, json, queryString, tokenLocation } from './location-options.js';
import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import {
  atMost,
  callback,
  count,
  duration,
  flag,
  lifetime,
  memberName,
  names,
  optional,
  sectionOf,
} from './readers.js';
import { requestProperty } from './request-property.js';
import { revocation } from './revocation-options.js';
import { rotation } from './rotation-options.js';
import { show } from './shown-value.js';
import { rpc } from './rpc-options.js';
import { sockets } from './socket-options.js';
import { transports } from './transport-options.js';

/**
 * The options apart from callbacks and keys, each with its reader. The names of the options stand only here, in `CALLBACKS`
 * and in `KEY_OPTIONS`.
 */
export const OPTIONS = {
  jwks: identityProviders,
  allowWeakSecret: flag(false),
  /** Seconds; `null`: never. */
  accessTokenExpires: lifetime('15m'),
  /** Seconds; `null`: never. */
  refreshTokenExpires: lifetime('30d'),
  /** Seconds. */
  leeway: atMost(duration(0), 3600, "'1h'", 'For that long, expired tokens are accepted. Clocks differ by seconds.'),
  issuer,
  audience,
  encodeNotBefore: flag(true),
  /** Seconds. */
  notBeforeDelta,
  /** `null`: none. */
  claims: claimsSchema,
  verifySubject: flag(true),
  identityClaim,
  plainAccessTokens: flag(false),
  requiredClaims,
  errorFormat,
  errorMessageKey: memberName('msg'),
  errorResponses,
  /** `null`: none. */
  realm: optional(realm),
  /** In the order in which they are searched. */
  tokenLocation,
  header,
  queryString,
  json,
  cookies,
  /** `null`: no double submit check. */
  csrf,
  /** Seconds; `null`: off. */
  implicitRefresh,
  /** `null`: no store. */
  revocation,
  rotation,
  connections,
  sessionClaim,
  /** `null`: `scope`, else `scp`. */
  scopeClaim,
  rolesClaim,
  requireByDefault: flag(false),
  /** `null`: none. */
  requestProperty,
  transports,
  asyncContext: flag(false),
  rpc,
  sockets,
  /** Characters. */
  maxTokenLength: count(16_384),
  /** `null`: off. */
  cache,
} satisfies ReadersOf<Omit<JwtExtendedOptions, keyof typeof CALLBACKS | keyof typeof KEY_OPTIONS>>;

/** The settled options, by name. */
export type OptionValues = ValuesOf<typeof OPTIONS>;

function requiredClaims(section: OptionSection, name: string): readonly string[] {
  return names(section, name) ?? Object.freeze([]);
}

const IMPLICIT_REFRESH = {
  within: (section: OptionSection, name: string): number => {
    if (section.raw(name) === undefined) section.refuse(name, "is missing. Write { within: '30m' }.");
    return duration(0)(section, name);
  },
} satisfies ReadersOf<{ within: Duration }>;

function implicitRefresh(section: OptionSection, name: string): ValuesOf<typeof IMPLICIT_REFRESH> | null {
  return (section.raw(name) ?? false) === false ? null : sectionOf(IMPLICIT_REFRESH)(section, name);
}

/** Whole seconds, rounded up, so that a token is not valid too early. */
function notBeforeDelta(section: OptionSection, name: string): number {
  return Math.ceil(duration(0)(section, name));
}

function realm(section: OptionSection, name: string): string {
  const value = section.raw(name);
  if (isRealm(value)) return value;
  return section.refuse(name, `must be a text of printable ASCII that is not empty; it is ${show(value)}.`);
}

function errorFormat(section: OptionSection, name: string): ErrorFormat | ErrorFormatCallback {
  const value = section.raw(name) ?? 'flask';
  if (typeof value === 'function') return callback<ErrorFormatCallback>(section, name) as ErrorFormatCallback;
  const format = ERROR_FORMATS.find((known) => known === value);
  if (format !== undefined) return format;
  const known = ERROR_FORMATS.map((each) => `'${each}'`).join(', ');
  return section.refuse(name, `must be ${known} or a function (error, request) => body; it is ${show(value)}.`);
}

type ErrorResponses = Readonly<Partial<Record<ErrorResponseOption, ErrorResponseCallback>>>;

function errorResponses(section: OptionSection, name: string): ErrorResponses {
  const readers = Object.fromEntries(ERROR_RESPONSE_NAMES.map((response) => [response, callback]));
  return sectionOf(readers)(section, name);
}
