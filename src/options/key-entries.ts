import { isDate } from 'node:util/types';
import { isHmac } from '../types/algorithms.js';
import { ownValue } from '../types/claims.js';
import { algorithm } from './algorithm-options.js';
import { keyMaterial, type KeyOptions } from './key-options.js';
import { OptionSection, readOptions, type ReadersOf, type ValuesOf } from './option-section.js';
import { list } from './readers.js';
import { show } from './shown-value.js';

/** The year 5138 in seconds, or 1973 in milliseconds. */
const LATEST_SECONDS = 1e11;

const KEY_ENTRY = {
  /** `undefined`: derived from the key. `null`: for tokens without `kid`. */
  kid,
  key: keyMaterial,
  algorithm,
  use,
  /** NumericDate; `null`: never. */
  notAfter,
} satisfies ReadersOf<KeyOptions>;

/** An entry of the option `keys`, checked. The key itself is read when it is prepared. */
export interface KeyEntry extends ValuesOf<typeof KEY_ENTRY> {
  /** The start of messages about the key. */
  readonly name: string;
}

/** The option `keys`; `null` when it is not set. */
export function keyEntries(section: OptionSection, name: string): readonly [KeyEntry, ...KeyEntry[]] | null {
  if ((section.raw(name) ?? null) === null) return null;
  const [first, ...others] = (list(section, name) ?? []).map((entry, index) => readKeyEntry(entry, `keys[${index}]`));
  if (first === undefined) return section.refuse(name, 'is an empty list: no token could be made or verified.');
  const entries = [first, ...others] as const;
  if (entries.filter((entry) => entry.use === 'sign').length > 1) {
    section.refuse(name, "has several keys with use: 'sign'. One key signs; give the others use: 'verify'.");
  }
  return Object.freeze(entries);
}

/** Reads a list like the option `keys`. A wrong list is a `TypeError`. */
export function readKeyEntries(keys: unknown): readonly KeyEntry[] {
  return keyEntries(new OptionSection({ keys }, ['keys']), 'keys') ?? readKeyEntries([]);
}

/** Reads one entry of the option `keys`. */
export function readKeyEntry(entry: unknown, path: string): KeyEntry {
  const name = `JwtExtendedModule option "${path}.key"`;
  return Object.freeze({ name, ...readOptions(entry, KEY_ENTRY, { path }) });
}

function kid(section: OptionSection, name: string): string | null | undefined {
  const value = section.raw(name);
  if (value === null || (typeof value === 'string' && value !== '')) return value;
  if (value !== undefined) {
    section.refuse(name, `must be a text, or null for tokens without a kid; it is ${show(value)}.`);
  }
  if (isHmac(algorithm(section, 'algorithm')) && !hasKid(section.raw('key'))) {
    section.refuse(name, 'is missing. A secret needs a name, such as a date; or null for tokens without a kid.');
  }
  return undefined;
}

/** Whether a key is a JWK, or the text of one, with a name. */
function hasKid(key: unknown): boolean {
  if (typeof key === 'string') return /^\s*\{.*"kid"\s*:\s*"[^"]/s.test(key);
  return typeof key === 'object' && key !== null && typeof ownValue(key, 'kid') === 'string';
}

function use(section: OptionSection, name: string): KeyOptions['use'] {
  const value = section.raw(name);
  if (value === 'sign' || value === 'verify') return value;
  return section.refuse(name, `must be 'sign' (one key, which also verifies) or 'verify'; it is ${show(value)}.`);
}

function notAfter(section: OptionSection, name: string): number | null {
  const value = section.raw(name) ?? null;
  if (value === null) return null;
  if (section.raw('use') === 'sign') {
    section.refuse(
      name,
      "is for keys with use: 'verify'. The signing key has no end: without it no token can be made.",
    );
  }
  const seconds = isDate(value) ? value.getTime() / 1000 : value;
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds < LATEST_SECONDS) return seconds;
  return section.refuse(name, `must be a Date, or seconds since 1970; it is ${show(value)}.`);
}
