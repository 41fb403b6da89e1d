import type { VerifiedToken } from '../tokens/verified-token.js';
import type { TokenCookie } from './cookie-writer.js';

/** Bytes of a cookie with its name and attributes, up to which browsers must store it (RFC 6265 s.6.1). */
const MOST_BYTES = 4_096;

/** How many parts of a token the message names. */
const NAMED_PARTS = 5;

/** How many characters of a name the message shows. */
const SHOWN_CHARACTERS = 60;

/**
 * Refuses a cookie that browsers drop without a sign. The message names the parts of the token by size, never their values.
 *
 * @throws TypeError
 */
export function checkCookieSize({ name, value }: TokenCookie, setCookie: string, token: VerifiedToken): void {
  const bytes = Buffer.byteLength(setCookie);
  if (bytes <= MOST_BYTES) return;
  throw new TypeError(
    `The cookie ${shorten(name)} has ${bytes} bytes with its attributes, ${Buffer.byteLength(value ?? '')} of them in its ` +
      `value. Browsers drop cookies of more than ${MOST_BYTES} bytes without a sign (RFC 6265 s.6.1). The largest parts of its ` +
      `token are ${largestParts(token)}. Leave out of the token what userLookup can load.`,
  );
}

/** For example `claim "permissions" (3900 bytes), claim "sub" (38 bytes)`. */
function largestParts({ header, payload }: VerifiedToken): string {
  const parts = [...sizesOf('claim', payload), ...sizesOf('header parameter', header)];
  return parts
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, NAMED_PARTS)
    .map(({ kind, name, bytes }) => `${kind} ${JSON.stringify(shorten(name))} (${bytes} bytes)`)
    .join(', ');
}

function sizesOf(kind: string, members: object) {
  return Object.entries(members).map(([name, value]: [string, unknown]) => ({
    kind,
    name,
    bytes: Buffer.byteLength(JSON.stringify(value)),
  }));
}

function shorten(name: string): string {
  return name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
}
