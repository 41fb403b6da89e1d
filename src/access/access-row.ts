import { createHash } from 'node:crypto';
import type { Settings } from '../options/settings.js';
import { METHOD, GUARDS, OPTIONS_METHOD } from '../routes/nest-metadata.js';
import { isRouteGuard } from '../routes/route-guard.js';
import { isJwtGuard } from '../routes/route-requirement.js';
import { allowCallbackOf, type SettledRequirement } from '../types/requirement.js';
import { cachesOf } from './caching.js';
import type { AccessKind, AccessTransport, EntryPoint } from './entry-points.js';
import { nameOf, type DeclaredHandler } from './handlers.js';

/**
 * What a handler asks of its callers. `'none'`: it is open without a decorator. `'public'`: it is open by `@Public()`.
 * `'exempt'`: it answers `OPTIONS`, which browsers send without a token.
 */
export type AccessRequirement = 'none' | 'public' | 'exempt' | 'optional' | 'required';

/** One way to call a handler, and what it asks of callers: a row of `describeAccess()`. */
export interface AccessRow {
  /** The transport that calls the handler; `'custom'` for one of the option `transports`. */
  readonly transport: AccessTransport;
  /** What the handler is called for. */
  readonly kind: AccessKind;
  /** How callers name it: `GET /notes`, `Query.me`, `/chat say`, or the pattern of a message. */
  readonly address: string;
  /** The class and the method, as `NotesController.findAll`. */
  readonly handler: string;
  /** The HTTP method; `ALL` for every method; `null` outside of HTTP. */
  readonly method: string | null;
  /** The path with the global prefix, the path of the module and the version of the URI; `null` outside of HTTP. */
  readonly path: string | null;
  /** The version, `'neutral'` for `VERSION_NEUTRAL`; `null` without versioning. */
  readonly version: string | null;
  /** The host of the controller; `null` for every host. */
  readonly host: string | null;
  /** Whether a token is needed. */
  readonly requirement: AccessRequirement;
  /** The type of the token; `null` for an open handler. */
  readonly type: 'access' | 'refresh' | 'any' | null;
  /** Whether the token must be fresh. */
  readonly fresh: boolean;
  /** The scopes that the token must have, all of them. */
  readonly scopes: readonly string[];
  /** The scopes of which the token must have one. */
  readonly anyScope: readonly string[];
  /** The roles of which the token must have one. */
  readonly roles: readonly string[];
  /** The name of the function `allow`, and eight hexadecimal digits of the SHA-256 of its text; `null` without one. */
  readonly allow: string | null;
  /** Where the token is looked for, in this order. Empty for an open handler. */
  readonly locations: readonly string[];
  /** The realm of the handler in the challenge; `null` for the one of the module. */
  readonly realm: string | null;
  /** Whether the guard asks if the token was revoked. */
  readonly revocation: boolean;
  /** The names of the application's own guards on the handler and its class. */
  readonly guards: readonly string[];
  /** What caches the responses: names of interceptors, and values of `@Header('Cache-Control', …)`. */
  readonly cache: readonly string[];
}

/**
 * What the rows of an application have in common.
 *
 * @internal
 */
export interface RowContext {
  readonly settings: Settings;
  readonly globalInterceptors: readonly unknown[];
}

/**
 * The row of one way to call a handler.
 *
 * @internal
 */
export function rowOf(handler: DeclaredHandler, entry: EntryPoint, context: RowContext): AccessRow {
  const { requirement } = handler;
  const isExempt = entry.transport === 'http' && Reflect.getMetadata(METHOD, handler.method) === OPTIONS_METHOD;
  const asked = isExempt ? null : requirement;
  return freeze({
    transport: entry.transport,
    kind: entry.kind,
    address: entry.address,
    handler: nameOf(handler),
    method: entry.route?.method ?? null,
    path: entry.route?.path ?? null,
    version: entry.route?.version ?? null,
    host: entry.route?.host ?? null,
    requirement: isExempt && requirement !== null ? 'exempt' : labelOf(handler),
    type: asked === null ? null : typeOf(asked),
    fresh: asked?.fresh ?? false,
    scopes: asked?.scopes ?? [],
    anyScope: asked?.anyScope ?? [],
    roles: asked?.roles ?? [],
    allow: asked === null ? null : describeAllow(asked),
    locations: asked === null ? [] : locationsOf(asked, entry, context.settings),
    realm: asked?.realm ?? null,
    revocation: asked !== null && !asked.skipRevocationCheck,
    guards: guardsOf(handler),
    cache: entry.transport === 'http' ? cachesOf(handler, context.globalInterceptors) : [],
  });
}

function freeze(row: AccessRow): AccessRow {
  const lists = Object.entries(row).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][];
  return Object.freeze({
    ...row,
    ...Object.fromEntries(lists.map(([name, list]) => [name, Object.freeze([...list])])),
  });
}

function labelOf({ rule, requirement }: DeclaredHandler): AccessRequirement {
  if (requirement === null) return rule === 'public' ? 'public' : 'none';
  return requirement.optional ? 'optional' : 'required';
}

function typeOf({ refresh, verifyType }: SettledRequirement): AccessRow['type'] {
  if (!verifyType) return 'any';
  return refresh ? 'refresh' : 'access';
}

/** Where each transport other than HTTP looks for a token, unless the requirement names `locations`. */
const OWN_LOCATIONS = {
  connection: 'handshake',
  message: 'connection',
  subscription: 'connectionParams',
} as const;

function locationsOf(requirement: SettledRequirement, { transport, kind }: EntryPoint, settings: Settings): string[] {
  if (requirement.locations !== null) return requirement.locations.map(textOfLocation);
  if (transport === 'rpc') return ['metadata'];
  if (transport === 'custom') return ['transport'];
  if (transport === 'ws') return [OWN_LOCATIONS[kind as 'connection' | 'message']];
  const inRequest = settings.tokenLocation.map(textOfLocation);
  return kind === 'subscription' ? [OWN_LOCATIONS[kind], ...inRequest] : inRequest;
}

/** An extractor of the application is named by its function. */
function textOfLocation(location: unknown): string {
  return typeof location === 'function' ? `${location.name || 'anonymous'}()` : String(location);
}

function describeAllow(requirement: SettledRequirement): string | null {
  const callback = allowCallbackOf(requirement);
  return callback && `${callback.name || 'anonymous'}#${digestOf(String(callback))}`;
}

/** Counters of code coverage are left out, and white space, which tools write differently. */
function digestOf(text: string): string {
  const own = text.replace(/\bcov_\w+\(\)\.[sfb]\[\d+\](?:\[\d+\])?\+\+[;,]?/g, '').replace(/\s+/g, '');
  return createHash('sha256').update(own).digest('hex').slice(0, 8);
}

function guardsOf({ host, method }: DeclaredHandler): string[] {
  const targets = method === host.controller ? [method] : [host.controller, method];
  const guards = targets.flatMap((target) => (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[]);
  const own = guards.filter((guard) => !isRouteGuard(guard) && !isJwtGuard(guard));
  return own.map((guard) => (typeof guard === 'function' ? guard.name : (guard as object).constructor.name));
}
