import { RESERVED_CLAIMS } from '../types/claims.js';
import { OptionSection, type Reader, type ReadersOf } from './option-section.js';
import { memberName } from './readers.js';
import { show } from './shown-value.js';

/** One value for new tokens, and the values that are accepted. */
export interface EncodeDecode<Encode, Decode> {
  /**
   * The claim of new tokens; `null`: no such claim.
   * @default null
   */
  encode?: Encode | undefined;
  /**
   * The accepted values: a token must have one of them.
   * @default any value, or no such claim
   */
  decode?: Decode | undefined;
}

/** @internal The settled option `issuer` or `audience`. */
export interface EncodeDecodeSettings<Encode> {
  /** `null`: no such claim in new tokens. */
  readonly encode: Encode | null;
  /** `null`: any value is accepted. */
  readonly decode: readonly string[] | null;
}

const ENCODE_DECODE = {
  encode: (section, name) => encoded(section, name, section.raw(name)),
  decode: (section, name) => decoded(section, name, section.raw(name)),
} satisfies ReadersOf<EncodeDecode<unknown, unknown>>;

/** @internal */
export function issuer(section: OptionSection, name: string): EncodeDecodeSettings<string> {
  const { encode, decode } = audience(section, name);
  if (encode !== null && typeof encode !== 'string') section.refuse(name, 'of new tokens must be one string.');
  return Object.freeze({ encode: encode, decode });
}

/** @internal */
export function audience(section: OptionSection, name: string): EncodeDecodeSettings<string | readonly string[]> {
  const value = section.raw(name) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) {
    return new OptionSection(value, Object.keys(ENCODE_DECODE), { path: section.pathOf(name) }).read(ENCODE_DECODE);
  }
  return Object.freeze({ encode: encoded(section, name, value), decode: decoded(section, name, value) });
}

/** @internal The claim with the identity. Every other claim of the library has a meaning of its own. */
export function identityClaim(section: OptionSection, name: string): string {
  return freeClaim(section, name, 'sub', RESERVED_CLAIMS);
}

/** @internal The claim with the id of the session. */
export function sessionClaim(section: OptionSection, name: string): string {
  return freeClaim(section, name, 'sid', [...RESERVED_CLAIMS, 'sub', section.raw('identityClaim')]);
}

/** @internal The claim with the scopes; `null`: `scope`, else `scp`. */
export function scopeClaim(section: OptionSection, name: string): string | null {
  if ((section.raw(name) ?? null) !== null) return grantClaim('')(section, name);
  for (const usual of ['scope', 'scp']) grantClaim(usual)(section, name);
  return null;
}

/** @internal The claim with the roles. */
export const rolesClaim = grantClaim('roles');

/** If the identity were read as a role, a user could get a role by a user name. */
function grantClaim(fallback: string): Reader<string> {
  return (section, name) => {
    const taken = ['sub', section.raw('identityClaim'), section.raw('sessionClaim') ?? 'sid'];
    return freeClaim(section, name, fallback, [...RESERVED_CLAIMS, ...taken]);
  };
}

function freeClaim(section: OptionSection, name: string, fallback: string, taken: readonly unknown[]): string {
  const claim = memberName(fallback)(section, name);
  if (!taken.includes(claim)) return claim;
  return section.refuse(name, `must not be "${claim}", a claim with a meaning of its own. Use another name.`);
}

/** An empty value means no claim, as in Flask-JWT-Extended. */
function encoded(section: OptionSection, name: string, value: unknown): string | readonly string[] | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (!isTexts(value)) return section.refuse(name, `must be a string or a list of strings; it is ${show(value)}.`);
  return value.length === 0 ? null : Object.freeze([...value]);
}

/** An empty value would refuse every token. */
function decoded(section: OptionSection, name: string, value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const values = typeof value === 'string' ? [value] : value;
  if (!isTexts(values)) return section.refuse(name, `must be a string or a list of strings; it is ${show(value)}.`);
  if (values.length > 0 && !values.includes('')) return Object.freeze([...values]);
  return section.refuse(name, 'is empty, so every token would be refused. Leave it out to accept any value.');
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
