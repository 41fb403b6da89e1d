import { isStandardSchema, type StandardSchema } from '../types/standard-schema.js';
import type { OptionSection } from './option-section.js';
import { show } from './shown-value.js';

/** @internal The schema of the claims; `null`: none. */
export function claimsSchema(section: OptionSection, name: string): StandardSchema | null {
  const value = section.raw(name) ?? null;
  if (value === null || isStandardSchema(value)) return value;
  return section.refuse(
    name,
    `must be a schema of a library with Standard Schema, such as zod, valibot or arktype; it is ${show(value)}.`,
  );
}
