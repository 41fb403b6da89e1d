import { isPromise } from 'node:util/types';
import { RevocationStore } from '../stores/revocation-store.js';
import type { Duration } from './duration.js';
import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import {
  atMost,
  count,
  flag,
  lifetime,
  milliseconds,
  optional,
  positiveMilliseconds,
  sectionOf,
  timeLimit,
} from './readers.js';
import { show } from './shown-value.js';

/** Where sessions and revoked tokens are stored. */
export interface RevocationOptions {
  /**
   * The store: `MemoryRevocationStore` for one process, a shared store for several, or your own.
   *
   * @example revocation: { store: new MemoryRevocationStore() }
   */
  store: RevocationStore;
  /**
   * How long a request waits for the store before the response is 503.
   * @default '1s'
   */
  timeout?: Duration | undefined;
  /**
   * How far the clocks of the processes and of the store may differ. A revoked token stays denied for that long after its end.
   * `revokeAllFor` also refuses tokens without a session that are issued up to that long after it. For a token with a session its
   * session decides, so a new log-in with `createTokenPair` works at once.
   * @default '60s'
   */
  clockSkew?: Duration | undefined;
  /**
   * How often this process deletes expired entries from the store, in small steps; `false`: never. Only `SqlRevocationStore` needs
   * it: the other stores drop what has expired. Each process waits between a half and one and a half of it.
   * @default '1m'
   */
  purgeInterval?: Duration | false | undefined;
  /**
   * Cache the store's answers about access tokens in this process.
   * @default no cache: every request asks the store
   */
  local?: LocalCacheOptions | undefined;
}

/** The cache of the store's answers about access tokens. Refresh tokens, rotation and log-out never use it. */
export interface LocalCacheOptions {
  /** The largest age of an answer: how late this process can learn of a revocation. */
  staleness: Duration;
  /**
   * Let the store push changes, so that this process learns of them in milliseconds and asks the store less often. Needs
   * `RedisRevocationStore`, or `SqlRevocationStore` on PostgreSQL with `listen`. While a connection for changes is lost or silent, every request asks the store.
   * @default false
   */
  push?: boolean | undefined;
  /**
   * The largest number of answers.
   * @default 10000
   */
  maxEntries?: number | undefined;
}

const LOCAL_CACHE = {
  /** Milliseconds. */
  staleness,
  push: flag(false),
  maxEntries: count(10_000),
} satisfies ReadersOf<LocalCacheOptions>;

const REVOCATION = {
  store: revocationStore,
  /** Milliseconds. */
  timeout: timeLimit('1s'),
  /** Milliseconds. */
  clockSkew: atMost(
    milliseconds('60s'),
    3_600_000,
    "'1h'",
    'For that long after revokeAllFor(), new tokens without a session are refused.',
  ),
  /** Milliseconds; `null`: never. */
  purgeInterval,
  /** `null`: no cache. */
  local: optional(sectionOf(LOCAL_CACHE)),
} satisfies ReadersOf<RevocationOptions>;

/** @internal The settled option `revocation.local`. */
export type LocalCacheSettings = ValuesOf<typeof LOCAL_CACHE>;

/** @internal The settled option `revocation`. */
export type RevocationSettings = ValuesOf<typeof REVOCATION>;

/** @internal `null`: no store. */
export const revocation = optional((section: OptionSection, name: string): RevocationSettings => {
  const value = section.raw(name);
  if (!isStore(value) && !isStoreClass(value)) return sectionOf(REVOCATION, checkPush)(section, name);
  return section.refuse(name, `is the store itself. Put it into an object: { store: new MemoryRevocationStore() }.`);
});

/** By its methods, so that a store of the other copy of this package (ESM or CommonJS) counts too. */
const STORE_METHODS = [
  'now',
  'lookUp',
  'openSession',
  'present',
  'endSession',
  'endSessions',
  'deny',
  'listSessions',
] as const satisfies readonly (keyof RevocationStore)[];

function revocationStore(section: OptionSection, name: string): RevocationStore {
  const value = section.raw(name);
  if (isStore(value)) return value;
  if (isStoreClass(value)) return section.refuse(name, `is a class. Write new ${value.name}(…).`);
  if (isPromise(value)) return section.refuse(name, 'is a promise. Await it in the useFactory of forRootAsync().');
  return section.refuse(name, `must be a RevocationStore, such as new MemoryRevocationStore(); it is ${show(value)}.`);
}

function isStore(value: unknown): value is RevocationStore {
  const methods = (value ?? {}) as Partial<RevocationStore>;
  return value instanceof RevocationStore || STORE_METHODS.every((method) => typeof methods[method] === 'function');
}

function isStoreClass(value: unknown): value is { readonly name: string } {
  return typeof value === 'function' && isStore(value.prototype);
}

function purgeInterval(section: OptionSection, name: string): number | null {
  const seconds = lifetime('1m')(section, name);
  if (seconds !== null && (seconds < 1 || seconds > 86_400)) {
    return section.refuse(name, `must be between '1s' and '1d', or false; it is ${show(section.raw(name))}.`);
  }
  return seconds === null ? null : seconds * 1000;
}

function staleness(section: OptionSection, name: string): number {
  if (section.raw(name) === undefined) return section.refuse(name, "is missing. Write a duration, such as '5s'.");
  return atMost(positiveMilliseconds(0), 3_600_000, "'1h'", 'A revoked token would pass for that long.')(section, name);
}

function checkPush(revocation: RevocationSettings, section: OptionSection): RevocationSettings {
  const { store, local } = revocation;
  const problem = watchProblemOf(store);
  if (local?.push && problem !== null) section.refuse('local.push', `is not possible. ${problem}`);
  return revocation;
}

/** @internal Why a store cannot report changes; `null` if it can. */
export function watchProblemOf(store: RevocationStore): string | null {
  const { watch, watchProblem } = store as Partial<RevocationStore>;
  // A store that inherits `watch` reports nothing, even if its `watchProblem` is `null`.
  const reports = typeof watch === 'function' && watch !== RevocationStore.prototype.watch;
  return watchProblem === null && reports ? null : (watchProblem ?? 'This store does not report changes.');
}
