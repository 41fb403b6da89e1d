import { ownValue } from '../types/claims.js';

/** The scopes of a token: a list, or a text with blanks between them (RFC 8693 s.4.2). */
export function scopesOf(payload: object, scopeClaim: string | null): readonly string[] {
  // Identity providers write `scope` (RFC 8693 s.4.2) or `scp` (Entra, Okta).
  const value =
    scopeClaim === null ? (ownValue(payload, 'scope') ?? ownValue(payload, 'scp')) : ownValue(payload, scopeClaim);
  return typeof value === 'string' ? value.split(' ').filter((scope) => scope !== '') : texts(value);
}

/** The roles of a token: a list, or one role. */
export function rolesOf(payload: object, rolesClaim: string): readonly string[] {
  const value = ownValue(payload, rolesClaim);
  return typeof value === 'string' ? [value] : texts(value);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
