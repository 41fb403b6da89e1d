import { KeyObject } from 'node:crypto';
import { checkAlgorithm } from '../options/algorithm-option.js';
import type { BoundClaims, KeyMaterial } from '../options/jwt-extended-options.js';
import { OptionReader, show } from '../options/option-reader.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import { PER_TOKEN_CLAIMS } from '../types/claims.js';
import { isJwk } from './key-material.js';

/** What a callback answered: a key, and what it said about it. */
export interface KeyChoice {
  readonly material: KeyMaterial;
  /** `null`: by the options. */
  readonly algorithm: JwtAlgorithm | null;
  readonly kid: string | null;
  readonly claims: BoundClaims | null;
}

/** Reads what `encodeKey` or `decodeKey` answered; what cannot be meant is a `TypeError`. */
export function readChoice(answer: unknown, callback: 'encodeKey' | 'decodeKey'): KeyChoice {
  if (isBareKey(answer)) return { material: answer as KeyMaterial, algorithm: null, kid: null, claims: null };
  const fields = callback === 'encodeKey' ? ['key', 'algorithm', 'claims', 'kid'] : ['key', 'algorithm', 'claims'];
  const choice = new OptionReader(answer, fields, `${callback}()`);
  const algorithm = choice.raw('algorithm') ?? null;
  return {
    material: choice.raw('key') as KeyMaterial,
    algorithm: algorithm === null ? null : checkAlgorithm(choice, 'algorithm', algorithm),
    kid: readKid(choice),
    claims: readClaims(choice),
  };
}

/** An object with a `key` is an answer about a key; all else is a key, or is refused as one. */
function isBareKey(answer: unknown): boolean {
  const isObject = typeof answer === 'object' && answer !== null && !(answer instanceof KeyObject);
  return !isObject || answer instanceof Uint8Array || isJwk(answer) || !('key' in answer);
}

function readKid(choice: OptionReader): string | null {
  const kid = choice.raw('kid') ?? null;
  if (kid === null || (typeof kid === 'string' && kid !== '')) return kid;
  return choice.refuse('kid', `must be a text; it is ${show(kid)}.`);
}

function readClaims(choice: OptionReader): BoundClaims | null {
  const given = choice.raw('claims') ?? null;
  if (given === null) return null;
  if (typeof given !== 'object' || Array.isArray(given))
    choice.refuse('claims', `must be an object; it is ${show(given)}.`);
  for (const [claim, value] of Object.entries(given)) {
    if (PER_TOKEN_CLAIMS.includes(claim))
      choice.refuse('claims', `must not hold "${claim}", which every token has for itself.`);
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      choice.refuse('claims', `must hold texts, numbers or booleans; "${claim}" is ${show(value)}.`);
    }
  }
  return Object.keys(given).length === 0 ? null : Object.freeze({ ...(given as BoundClaims) });
}
