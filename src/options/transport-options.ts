import type { JwtTransport } from '../transports/transport.js';
import type { OptionSection } from './option-section.js';
import { list } from './readers.js';
import { membersOf } from '../types/members.js';
import { show } from './shown-value.js';

const REQUIRED = ['accepts', 'requestOf', 'keyOf'] as const satisfies (keyof JwtTransport)[];
const OPTIONAL = ['lifetimeOf', 'tokenOf', 'refuse'] as const satisfies (keyof JwtTransport)[];

/** Objects with the functions of `JwtTransport`; instances of a class may have more members. */
export function transports(section: OptionSection, name: string): readonly JwtTransport[] {
  const values = list(section, name) ?? Object.freeze([]);
  values.forEach((value, index) => checkTransport(value, section, `${name}[${index}]`));
  return values as readonly JwtTransport[];
}

function checkTransport(value: unknown, section: OptionSection, name: string): void {
  if (typeof value !== 'object' || value === null) {
    section.refuse(name, `must be an object with ${REQUIRED.join(', ')}; it is ${show(value)}.`);
  }
  const functions = membersOf(value as JwtTransport, [...REQUIRED, ...OPTIONAL]);
  for (const method of REQUIRED) requireFunction(functions[method], section, `${name}.${method}`);
  for (const method of OPTIONAL) {
    if (functions[method] !== undefined) requireFunction(functions[method], section, `${name}.${method}`);
  }
}

function requireFunction(value: unknown, section: OptionSection, name: string): void {
  if (typeof value !== 'function') section.refuse(name, `must be a function; it is ${show(value)}.`);
}
