import { isUint8Array } from 'node:util/types';
import { KeyObject } from 'node:crypto';
import { algorithm } from '../options/algorithm-options.js';
import {
  keyMaterial,
  type BoundClaims,
  type DecodeKeyChoice,
  type EncodeKeyChoice,
  type KeyMaterial,
} from '../options/key-options.js';
import { readOptions, type OptionSection, type ReadersOf, type ValuesOf } from '../options/option-section.js';
import { optional } from '../options/readers.js';
import { show } from '../options/shown-value.js';
import { PER_TOKEN_CLAIMS } from '../types/claims.js';
import { isJwk } from './key-material.js';
import { isMember } from '../types/members.js';

const DECODE_KEY_CHOICE = {
  key: keyMaterial,
  /** `null` accepts each algorithm that fits the key. */
  algorithm: optional(algorithm),
  /** `null`: none. */
  claims,
} satisfies ReadersOf<DecodeKeyChoice>;

const ENCODE_KEY_CHOICE = {
  ...DECODE_KEY_CHOICE,
  /** `null`: none. */
  kid,
} satisfies ReadersOf<EncodeKeyChoice>;

/** The result of `decodeKey`: a key, and the tokens it is for. */
export type DecodingKey = ValuesOf<typeof DECODE_KEY_CHOICE>;

/** The result of `encodeKey`: a key, and what goes into tokens that it signs. */
export type EncodingKey = ValuesOf<typeof ENCODE_KEY_CHOICE>;

/** Reads the result of `decodeKey`. @throws TypeError for a wrong value. */
export function readDecodingKey(answer: unknown): DecodingKey {
  return isBareKey(answer) ? bareKey(answer) : readOptions(answer, DECODE_KEY_CHOICE, { path: 'decodeKey()' });
}

/** Reads the result of `encodeKey`. @throws TypeError for a wrong value. */
export function readEncodingKey(answer: unknown): EncodingKey {
  return isBareKey(answer) ? bareKey(answer) : readOptions(answer, ENCODE_KEY_CHOICE, { path: 'encodeKey()' });
}

function bareKey(key: unknown): EncodingKey {
  return { key: key as KeyMaterial, algorithm: null, kid: null, claims: null };
}

/** Whether a result is a key alone. An object with `key` has more properties. */
function isBareKey(answer: unknown): boolean {
  const isObject = typeof answer === 'object' && answer !== null && !(answer instanceof KeyObject);
  return !isObject || isUint8Array(answer) || isJwk(answer) || !isMember(answer, 'key');
}

function kid(section: OptionSection, name: string): string | null {
  const value = section.raw(name) ?? null;
  if (value === null || (typeof value === 'string' && value !== '')) return value;
  return section.refuse(name, `must be a text; it is ${show(value)}.`);
}

function claims(section: OptionSection, name: string): BoundClaims | null {
  const claims = section.raw(name) ?? null;
  if (claims === null) return null;
  if (typeof claims !== 'object' || Array.isArray(claims)) {
    return section.refuse(name, `must be an object; it is ${show(claims)}.`);
  }
  for (const [claim, value] of Object.entries(claims)) {
    if (PER_TOKEN_CLAIMS.includes(claim)) {
      section.refuse(name, `must not have "${claim}", which is different in every token.`);
    }
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      section.refuse(name, `must have texts, numbers or booleans as values; "${claim}" is ${show(value)}.`);
    }
  }
  return Object.keys(claims).length === 0 ? null : Object.freeze({ ...(claims as BoundClaims) });
}
