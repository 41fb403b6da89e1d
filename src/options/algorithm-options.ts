import { ALGORITHMS, isAlgorithm, type JwtAlgorithm } from '../types/algorithms.js';
import { nearest } from './nearest.js';
import { list } from './readers.js';
import type { OptionSection } from './option-section.js';
import { show } from './shown-value.js';

/** A known algorithm. */
export function algorithm(section: OptionSection, name: string): JwtAlgorithm {
  return checkAlgorithm(section, name, section.raw(name));
}

/** A list of known algorithms; empty when the option is not set. */
export function algorithms(section: OptionSection, name: string): readonly JwtAlgorithm[] {
  return (list(section, name) ?? []).map((value) => checkAlgorithm(section, name, value));
}

function checkAlgorithm(section: OptionSection, name: string, value: unknown): JwtAlgorithm {
  if (isAlgorithm(value)) return value;
  if (typeof value === 'string' && value.toLowerCase() === 'none') {
    section.refuse(name, 'must not be "none": anyone could make such tokens.');
  }
  const known = Object.keys(ALGORITHMS);
  return section.refuse(
    name,
    `is ${show(value)}, no known algorithm. ${cureFor(value, known)}Known: ${known.join(', ')}.`,
  );
}

/** Names of algorithms that JWS does not have, or that this library does not. */
const CURES: Readonly<Record<string, string>> = {
  ESP256: 'That is its name in COSE; in a JWT it is ES256. ',
  ESP384: 'That is its name in COSE; in a JWT it is ES384. ',
  ESP512: 'That is its name in COSE; in a JWT it is ES512. ',
  Ed448: 'Few libraries support it; write Ed25519. ',
};

function cureFor(value: unknown, known: readonly string[]): string {
  if (typeof value !== 'string') return '';
  if (Object.hasOwn(CURES, value)) return CURES[value] as string;
  if (/^(?:RSA|dir$|A\d{3}|ECDH|PBES2)/.test(value))
    return 'That is an algorithm for encryption, and tokens are signed. ';
  const likely = nearest(value, known);
  return likely === null ? '' : `Did you mean ${likely}? `;
}
