import { ALGORITHMS, isAlgorithm, type JwtAlgorithm } from '../types/algorithms.js';
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
  return section.refuse(name, `is ${show(value)}, no known algorithm. Known: ${Object.keys(ALGORITHMS).join(', ')}.`);
}
