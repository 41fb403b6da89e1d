import { isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { checkAlgorithm } from './algorithm-option.js';
import type { KeyMaterial, KeyOptions } from './jwt-extended-options.js';
import { OptionReader, show } from './option-reader.js';

const FIELDS = ['kid', 'key', 'algorithm', 'use', 'notAfter'];

/** The year 5138 in seconds, or 1973 in milliseconds. */
const LATEST_SECONDS = 1e11;

/** A key of a ring as it was given, read and frozen; the key itself is looked at later. */
export interface KeyEntry {
  /** What messages about it begin with. */
  readonly name: string;
  /** `undefined`: to be taken from the key; `null`: for tokens without one. */
  readonly kid: string | null | undefined;
  readonly key: KeyMaterial;
  readonly algorithm: JwtAlgorithm;
  readonly use: 'sign' | 'verify';
  /** NumericDate; `null`: for ever. */
  readonly notAfter: number | null;
}

/** Reads the keys of a ring; a list that cannot work is a `TypeError`. */
export function readKeyEntries(given: unknown, fallback?: JwtAlgorithm): readonly [KeyEntry, ...KeyEntry[]] {
  const ring = new OptionReader({ keys: given }, ['keys']);
  const [first, ...others] = (ring.list('keys') ?? []).map((entry, index) =>
    readKeyEntry(entry, `keys[${index}]`, fallback),
  );
  if (first === undefined) return ring.refuse('keys', 'is an empty list: no token could be made or verified.');
  const entries = [first, ...others] as const;
  if (entries.filter(({ use }) => use === 'sign').length > 1) {
    ring.refuse('keys', "has several keys with use: 'sign'. One signs; give the others use: 'verify'.");
  }
  return Object.freeze(entries);
}

/** Reads one key of a ring. */
export function readKeyEntry(given: unknown, path: string, fallback?: JwtAlgorithm): KeyEntry {
  const entry = new OptionReader(given, FIELDS, path);
  const algorithm = checkAlgorithm(entry, 'algorithm', entry.raw('algorithm') ?? fallback);
  const use = readUse(entry);
  const notAfter = readNotAfter(entry, use);
  const kid = readKid(entry, algorithm);
  const name = `JwtExtendedModule option "${path}.key"`;
  return Object.freeze({ name, kid, key: entry.raw('key') as KeyMaterial, algorithm, use, notAfter });
}

function readKid(entry: OptionReader, algorithm: JwtAlgorithm): string | null | undefined {
  const kid = entry.raw('kid');
  if (kid === null || (typeof kid === 'string' && kid !== '')) return kid;
  if (kid !== undefined) entry.refuse('kid', `must be a text, or null for tokens without one; it is ${show(kid)}.`);
  if (isHmac(algorithm) && !hasKid(entry.raw('key'))) {
    entry.refuse('kid', 'is missing. A secret needs a name: a date will do, or null for tokens without a kid.');
  }
  return undefined;
}

function hasKid(key: unknown): boolean {
  return typeof (key as { kid?: unknown } | null | undefined)?.kid === 'string';
}

function readUse(entry: OptionReader): KeyOptions['use'] {
  const use = entry.raw('use');
  return use === 'sign' || use === 'verify'
    ? use
    : entry.refuse('use', `must be 'sign' (one key: it also verifies) or 'verify'; it is ${show(use)}.`);
}

function readNotAfter(entry: OptionReader, use: KeyOptions['use']): number | null {
  const given = entry.raw('notAfter') ?? null;
  if (given === null) return null;
  if (use === 'sign') entry.refuse('notAfter', "is for keys with use: 'verify': without a key no token can be made.");
  const seconds = given instanceof Date ? given.getTime() / 1000 : given;
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds < LATEST_SECONDS) return seconds;
  return entry.refuse('notAfter', `must be a Date, or seconds since 1970; it is ${show(given)}.`);
}
