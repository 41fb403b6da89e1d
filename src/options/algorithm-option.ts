import { ALGORITHMS, isAlgorithm, type JwtAlgorithm } from '../types/algorithms.js';
import { show, type OptionReader } from './option-reader.js';

/** An algorithm we know; `none` is refused with words of its own. */
export function checkAlgorithm(options: OptionReader, option: string, name: unknown): JwtAlgorithm {
  if (typeof name === 'string' && name.toLowerCase() === 'none') {
    options.refuse(option, 'must not be "none": anyone could make such tokens.');
  }
  if (isAlgorithm(name)) return name;
  return options.refuse(option, `is ${show(name)}, no known algorithm. Known: ${Object.keys(ALGORITHMS).join(', ')}.`);
}
