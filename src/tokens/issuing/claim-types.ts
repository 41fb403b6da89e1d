import type { Settings } from '../../options/settings.js';

/** What a claim must be, and a text that says it. */
interface ClaimType {
  readonly accepts: (value: unknown) => boolean;
  readonly text: string;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const TEXT: ClaimType = { accepts: isText, text: 'a string' };
const TIME: ClaimType = { accepts: Number.isFinite, text: 'seconds since 1970, or a Date' };

/** The types of the claims that verifiers read (RFC 7519 s.4.1), and of our own. */
const CLAIM_TYPES: Readonly<Record<string, ClaimType>> = {
  exp: { ...TIME, text: `${TIME.text}. For a token that never expires, pass expires: false` },
  nbf: TIME,
  iat: TIME,
  iss: TEXT,
  aud: {
    accepts: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
    text: 'a string or a list of strings',
  },
  sub: TEXT,
  jti: TEXT,
  type: TEXT,
  csrf: TEXT,
  fresh: {
    accepts: (value) => typeof value === 'boolean' || Number.isFinite(value),
    text: 'a boolean or a NumericDate',
  },
};

/** Refuses claims of the application with which every verifier would refuse the token. */
export function requireClaimTypes(claims: object, { verifySubject }: Settings): void {
  for (const [claim, value] of Object.entries(claims)) {
    const type = Object.hasOwn(CLAIM_TYPES, claim) ? CLAIM_TYPES[claim] : undefined;
    if (type === undefined || type.accepts(value) || (claim === 'sub' && !verifySubject)) continue;
    const actual = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
    throw new TypeError(`The claim "${claim}" of a new token must be ${type.text}; it is ${actual}.`);
  }
}
