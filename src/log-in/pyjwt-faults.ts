import { ownValue } from '../types/claims.js';
import { pythonJsonFault } from './python-json.js';

/** What the texts of PyJWT depend on. */
export interface PyJwtRules {
  readonly requiredClaims: readonly string[];
  /** Seconds. */
  readonly leeway: number;
}

/**
 * The text with which PyJWT 1.4 refuses a token that has no form it can read; `null`: PyJWT reads it. It reads base64 with
 * unknown characters and more than three segments, which this library refuses.
 */
export function faultOfForm(token: string): string | null {
  const last = token.lastIndexOf('.');
  const first = token.indexOf('.');
  if (first === last) return 'Not enough segments';
  const header = pythonBase64(token.slice(0, first));
  if (header === null) return 'Invalid header padding';
  const fault = faultOfObject(header, 'header');
  if (fault !== null) return fault;
  if (pythonBase64(token.slice(first + 1, last)) === null) return 'Invalid payload padding';
  return pythonBase64(token.slice(last + 1)) === null ? 'Invalid crypto padding' : null;
}

/** The text with which PyJWT 1.4 refuses the payload of a signed token; `null` without a fault. */
export function faultOfPayload(token: string, rules: PyJwtRules, now: number): string | null {
  const payload = pythonBase64(token.slice(token.indexOf('.') + 1, token.lastIndexOf('.')));
  if (payload === null) return null;
  const fault = faultOfObject(payload, 'payload');
  if (fault !== null) return fault;
  try {
    return faultOfClaims(JSON.parse(payload.toString('utf8')) as object, rules, now);
  } catch {
    // Python reads NaN and Infinity, which are not JSON.
    return null;
  }
}

function faultOfObject(bytes: Buffer, part: string): string | null {
  const text = bytes.toString('utf8');
  const fault = utf8Fault(bytes) ?? pythonJsonFault(text);
  if (fault !== null) return `Invalid ${part} string: ${fault}`;
  return text.trimStart().startsWith('{') ? null : `Invalid ${part} string: must be a json object`;
}

/** The claims in the order of PyJWT 1.4, which differs from that of newer versions. */
function faultOfClaims(claims: object, { requiredClaims, leeway }: PyJwtRules, now: number): string | null {
  const missing = ['exp', 'iat', 'nbf'].find(
    (claim) => requiredClaims.includes(claim) && (ownValue(claims, claim) ?? null) === null,
  );
  if (missing !== undefined) return `Token is missing the "${missing}" claim`;
  for (const { claim, name, isWrong, text } of TIMES) {
    const value = ownValue(claims, claim);
    if (value === undefined) continue;
    const time = pythonInt(value);
    if (time === null) return `${name} claim (${claim}) must be an integer.`;
    if (isWrong(time, now, leeway)) return text;
  }
  return faultOfAudience(claims);
}

const TIMES = [
  {
    claim: 'iat',
    name: 'Issued At',
    isWrong: (time: number, now: number, leeway: number) => time > now + leeway,
    text: 'Issued At claim (iat) cannot be in the future.',
  },
  {
    claim: 'nbf',
    name: 'Not Before',
    isWrong: (time: number, now: number, leeway: number) => time > now + leeway,
    text: 'The token is not yet valid (nbf)',
  },
  {
    claim: 'exp',
    name: 'Expiration Time',
    isWrong: (time: number, now: number, leeway: number) => time <= now - leeway,
    text: 'Signature has expired',
  },
] as const;

/** Flask-JWT has no setting for an audience, so every token with one is refused. */
function faultOfAudience(claims: object): string | null {
  if (!Object.hasOwn(claims, 'aud')) return null;
  const value = ownValue(claims, 'aud');
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((each) => typeof each === 'string') ? 'Invalid audience' : 'Invalid claim format in token';
}

/** The result of Python's `int()`; `null` if it fails. */
function pythonInt(value: unknown): number | null {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || !/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)) return null;
  return Number(value.replaceAll('_', ''));
}

/** The bytes of Python's `urlsafe_b64decode()`, which skips unknown characters; `null` if it fails. */
function pythonBase64(segment: string): Buffer | null {
  const bytes = Buffer.from(segment, 'utf8').toString('latin1').replaceAll('-', '+').replaceAll('_', '/');
  const padded = bytes + '='.repeat((4 - (bytes.length % 4)) % 4);
  let digits = '';
  let pads = 0;
  for (const character of padded) {
    const inGroup = digits.length % 4;
    if (character === '=') {
      // Padding that completes a group ends the text.
      if (inGroup >= 2 && inGroup + ++pads >= 4) return Buffer.from(digits, 'base64');
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      pads = 0;
      digits += character;
    }
  }
  return digits.length % 4 === 0 ? Buffer.from(digits, 'base64') : null;
}

/** The fault for which Python cannot decode UTF-8, with the position of the byte; `null` without one. */
function utf8Fault(bytes: Buffer): string | null {
  for (let at = 0; at < bytes.length;) {
    const { length, problem } = sequenceAt(bytes, at);
    if (problem !== null) {
      const where =
        length > 1
          ? `bytes in position ${at}-${at + length - 1}`
          : `byte 0x${(bytes[at] as number).toString(16).padStart(2, '0')} in position ${at}`;
      return `'utf-8' codec can't decode ${where}: ${problem}`;
    }
    at += length;
  }
  return null;
}

/** One character of UTF-8, or the bytes that Python reports as its fault (Unicode table 3-7). */
function sequenceAt(bytes: Buffer, at: number): { length: number; problem: string | null } {
  const lead = bytes[at] as number;
  if (lead < 0x80) return { length: 1, problem: null };
  if (lead < 0xc2 || lead > 0xf4) return { length: 1, problem: 'invalid start byte' };
  const needed = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let index = 1; index < needed; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return { length: index, problem: 'unexpected end of data' };
    const [least, most] = index === 1 ? secondByteOf(lead) : [0x80, 0xbf];
    if (byte < least || byte > most) return { length: index, problem: 'invalid continuation byte' };
  }
  return { length: needed, problem: null };
}

function secondByteOf(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  return lead === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf];
}
