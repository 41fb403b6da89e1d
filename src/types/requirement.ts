import { verdict } from './answer-checks.js';
import type { Awaitable } from './awaitable.js';
import { answering, type CallbackAnswer } from './callback-answer.js';
import type { HttpRequest } from './http.js';
import type { JwtContext } from './jwt-context.js';
import { membersOf } from './members.js';
import { isRealm } from './realm.js';
import { isTokenSource, TOKEN_LOCATIONS, type TokenSource } from './token-location.js';

/** The values of the setting `type`. */
const REQUIRED_TYPES = ['access', 'refresh', 'any'] as const satisfies JwtRequirement['type'][];

/** The application's own decision about a token that has passed all other checks; anything but `true` refuses. */
export type AllowCallback<Context = JwtContext> = (context: Context, request: HttpRequest) => CallbackAnswer<boolean>;

/** The same as the library calls it: its answer has arrived and is checked, or is a promise of that. */
type CheckedAllow = (...args: Parameters<AllowCallback>) => Awaitable<unknown>;

/** The requirements of a route: the arguments of Flask-JWT-Extended's `jwt_required()`, scopes and roles. */
export interface JwtRequirement {
  /** Also serves requests without a token. A token in the request must still be valid. Default `false`. */
  optional?: boolean | undefined;
  /** Requires a token from a log-in that is still fresh. Default `false`. */
  fresh?: boolean | undefined;
  /** Requires a refresh token instead of an access token. Default `false`. */
  refresh?: boolean | undefined;
  /** The locations of the token, in this order: names or functions. Default: the option `tokenLocation`. */
  locations?: TokenSource | readonly TokenSource[] | undefined;
  /** With `false`, the route accepts access and refresh tokens (from the access cookie or JSON key). Default `true`. */
  verifyType?: boolean | undefined;
  /** With `true`, the guard calls neither `isTokenRevoked` nor the store. Default `false`. */
  skipRevocationCheck?: boolean | undefined;
  /** The type of the token: `'refresh'` is `refresh: true`, `'any'` is `verifyType: false`. Default `'access'`. */
  type?: 'access' | 'refresh' | 'any' | undefined;
  /** Scopes that the token must have, all of them (RFC 6749 s.3.3). Default none. */
  scopes?: string | readonly string[] | undefined;
  /** Scopes of which the token must have one. Default none. */
  anyScope?: readonly string[] | undefined;
  /** Roles of which the token must have one. Default none. */
  roles?: string | readonly string[] | undefined;
  /** The realm in the challenge of a refusal (RFC 9110 s.11.5). Default: the option `realm`. Flask-JWT: `jwt_required(realm)`. */
  realm?: string | undefined;
  /**
   * Decides last, with the token and its user; anything but `true` is 403. Default: every token passes.
   *
   * @example
   * @JwtRequired({ allow: ({ identity }, request) => request.url?.startsWith(`/users/${identity}`) === true })
   */
  allow?: AllowCallback | undefined;
}

/** A requirement with every default filled in. */
export interface SettledRequirement {
  readonly optional: boolean;
  readonly fresh: boolean;
  readonly refresh: boolean;
  /** `null`: the locations of the module's options. */
  readonly locations: readonly TokenSource[] | null;
  readonly verifyType: boolean;
  readonly skipRevocationCheck: boolean;
  readonly scopes: readonly string[];
  readonly anyScope: readonly string[];
  readonly roles: readonly string[];
  /** `null`: the realm of the module's options. */
  readonly realm: string | null;
  /** `null`: every token passes. */
  readonly allow: CheckedAllow | null;
}

type Setting = keyof JwtRequirement;

/** How each setting of a requirement is read: from the value and from the whole requirement. */
const FLAGS = ['optional', 'fresh', 'refresh', 'verifyType', 'skipRevocationCheck'] as const satisfies Setting[];
const LISTS = ['scopes', 'anyScope', 'roles'] as const satisfies Setting[];
const SETTINGS: readonly Setting[] = [...FLAGS, ...LISTS, 'locations', 'realm', 'type', 'allow'];

/** Checks the argument of `@JwtRequired()` and fills in the defaults. A wrong name or value throws a `TypeError`. */
export function settleRequirement(requirement: JwtRequirement = {}): SettledRequirement {
  requireObject(requirement);
  const own = membersOf(requirement, SETTINGS);
  const unknown = Object.keys(requirement).find((name) => !SETTINGS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new TypeError(`@JwtRequired() has no option "${unknown}". Known: ${SETTINGS.join(', ')}.`);
  }
  for (const name of FLAGS) {
    const value: unknown = own[name];
    if (value !== undefined && typeof value !== 'boolean') refuse(name, 'must be true or false');
  }
  return Object.freeze({
    optional: own.optional ?? false,
    fresh: own.fresh ?? false,
    ...settleType(own),
    locations: settleLocations(own.locations),
    skipRevocationCheck: own.skipRevocationCheck ?? false,
    scopes: settleNames('scopes', own.scopes, isScope),
    anyScope: settleNames('anyScope', own.anyScope, isScope),
    roles: settleNames('roles', own.roles, isRole),
    realm: settleRealm(own.realm),
    allow: settleAllow(own.allow),
  });
}

function requireObject(requirement: unknown): void {
  if (typeof requirement === 'object' && requirement !== null && !Array.isArray(requirement)) return;
  throw new TypeError('@JwtRequired() takes an object of options, such as { fresh: true }, or nothing.');
}

/** `type` is another word for `refresh` and `verifyType`; two words that say different things are refused. */
function settleType({ type, refresh, verifyType }: JwtRequirement): { refresh: boolean; verifyType: boolean } {
  if (type === undefined) return { refresh: refresh ?? false, verifyType: verifyType ?? true };
  if (!REQUIRED_TYPES.includes(type)) refuse('type', `must be ${REQUIRED_TYPES.join(', ')}`);
  const settled = { refresh: type === 'refresh', verifyType: type !== 'any' };
  const isSame =
    (refresh ?? settled.refresh) === settled.refresh && (verifyType ?? settled.verifyType) === settled.verifyType;
  return isSame ? settled : refuse('type', `is '${type}', which contradicts refresh or verifyType. Use type alone`);
}

function settleNames(
  option: string,
  value: string | readonly string[] | undefined,
  isName: (value: unknown) => boolean,
): readonly string[] {
  const names: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  // An empty list is mostly a mistake, and it would let every token in.
  if ((value !== undefined && names.length === 0) || !names.every(isName)) {
    refuse(option, 'must be a name, or a list of names with at least one. A scope has no blanks (RFC 6749 s.3.3)');
  }
  return Object.freeze([...names]) as readonly string[];
}

/** A scope is printable ASCII without blanks, quotes and backslashes (RFC 6749 s.3.3). */
function isScope(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
}

function isRole(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function settleRealm(realm: unknown): string | null {
  if (realm === undefined) return null;
  return isRealm(realm) ? realm : refuse('realm', 'must be a text of printable ASCII that is not empty');
}

function settleAllow(allow: unknown): CheckedAllow | null {
  if (allow === undefined) return null;
  if (typeof allow !== 'function') return refuse('allow', 'must be a function');
  const checked = answering(allow as AllowCallback, 'allow of @JwtRequired()', verdict) as CheckedAllow;
  ownCallbacks.set(checked, allow as AllowCallback);
  return checked;
}

const ownCallbacks = new WeakMap<CheckedAllow, AllowCallback>();

/** The application's own function of a requirement, for descriptions of it. */
export function allowCallbackOf({ allow }: SettledRequirement): AllowCallback | null {
  return allow === null ? null : (ownCallbacks.get(allow) ?? null);
}

function settleLocations(value: JwtRequirement['locations']): readonly TokenSource[] | null {
  const locations: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (locations.length === 0) return null;
  if (!locations.every(isTokenSource)) {
    const shown = JSON.stringify(value, (_name, member: unknown) =>
      typeof member === 'function' ? 'a function' : member,
    );
    throw new TypeError(
      `@JwtRequired({ locations }) must hold ${TOKEN_LOCATIONS.join(', ')} and functions only; it is ${shown}.`,
    );
  }
  return Object.freeze([...locations]);
}

function refuse(option: string, problem: string): never {
  throw new TypeError(`@JwtRequired({ ${option} }) ${problem}.`);
}
