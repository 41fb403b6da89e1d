import { InvalidTokenException } from '../../errors/exceptions.js';
import { ownValue, type JoseHeader } from '../../types/claims.js';
import { hasCharacter } from '../../types/characters.js';

/** A token taken apart but not verified (RFC 7515 s.3.1), frozen: nothing in it may be believed yet. */
export interface CompactToken {
  readonly rawToken: string;
  readonly unverifiedHeader: JoseHeader;
  /** The header's segment; `null` where it was known. */
  readonly newHeader: string | null;
  /** The payload, a letter per byte. */
  readonly payloadBytes: string;
  /** What is signed: the segments before the signature, with the dot between them. */
  readonly signingInput: string;
  /** Its segment, strict base64url. */
  readonly signature: string;
}

/** JSON may nest this deep; anything deeper serves only to exhaust a stack. */
const MAX_DEPTH = 128;

// `fatal` refuses what is not UTF-8; `ignoreBOM` keeps a byte order mark, which JSON then refuses.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// One for all: what is decoded is a text again before anything else happens.
let decoded = Buffer.allocUnsafe(1024);

/** The last letters base64url may end with, by the length of what is over: the bits that stand for nothing are zero. */
const LAST_LETTERS = ['', '', 'AQgw', 'AEIMQUYcgkosw048'];

/** Takes a token apart: exactly three strict base64url segments, and a header that asks for nothing unknown. */
export function parseCompact(
  rawToken: unknown,
  maxLength: number,
  knownHeaders?: ReadonlyMap<string, JoseHeader>,
): CompactToken {
  if (typeof rawToken !== 'string') throw new InvalidTokenException('Token must be a string');
  if (rawToken.length > maxLength) throw new InvalidTokenException(`Token is longer than ${maxLength} characters`);
  const first = rawToken.indexOf('.');
  const second = rawToken.indexOf('.', first + 1);
  if (first < 0 || second < 0) throw new InvalidTokenException('Not enough segments');
  if (hasCharacter(rawToken, '.', second + 1)) throw new InvalidTokenException('Too many segments');
  const isPlain = hasOnlyUrlLetters(rawToken);
  const header = rawToken.slice(0, first);
  const known = knownHeaders?.get(header);
  const unverifiedHeader = known ?? (parseObject(decodeSegment(header, isPlain, 'header'), 'header') as JoseHeader);
  const payloadBytes = decodeSegment(rawToken.slice(first + 1, second), isPlain, 'payload');
  const signature = rawToken.slice(second + 1);
  decodeInPlace(signature, isPlain, 'crypto');
  if (known === undefined) checkHeader(unverifiedHeader);
  return {
    rawToken,
    unverifiedHeader,
    newHeader: known === undefined ? header : null,
    payloadBytes,
    signingInput: rawToken.slice(0, second),
    signature,
  };
}

/** The claims of a token that was not verified. */
export function parsePayload(token: CompactToken): Readonly<Record<string, unknown>> {
  return parseObject(token.payloadBytes, 'payload');
}

function decodeSegment(segment: string, isPlain: boolean, part: string): string {
  const length = decodeInPlace(segment, isPlain, part);
  return decoded.toString('latin1', 0, length);
}

/**
 * Base64url without padding (RFC 7515 s.2), in the one form that its bytes have (RFC 4648 s.3.5); answers how many bytes.
 * In place: Buffers that live for a moment cost the collector more than all of this.
 */
function decodeInPlace(segment: string, isPlain: boolean, part: string): number {
  if (decoded.length < segment.length) decoded = Buffer.allocUnsafe(segment.length);
  const length = decoded.write(segment, 'base64url');
  // For any other letter Node does not know a byte is missing.
  const isWhole = length === Math.floor((segment.length * 3) / 4);
  if (!isWhole || !(isPlain || hasOnlyUrlLetters(segment)) || !hasCanonicalEnd(segment)) {
    throw new InvalidTokenException(`Invalid ${part} padding`);
  }
  return length;
}

/** Without what Node reads as base64url and is not: the two letters of plain base64, and half of letters beyond ASCII. */
function hasOnlyUrlLetters(text: string): boolean {
  return !hasCharacter(text, '+') && !hasCharacter(text, '/') && Buffer.byteLength(text) === text.length;
}

/** Whether the bits that stand for nothing are zero, as encoding makes them. */
function hasCanonicalEnd(segment: string): boolean {
  const over = segment.length % 4;
  if (over === 1) return false;
  return over === 0 || (LAST_LETTERS[over] as string).includes(segment.charAt(segment.length - 1));
}

function parseObject(bytes: string, part: string): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = textOf(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidTokenException(`Invalid ${part} string: must be JSON in UTF-8`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidTokenException(`Invalid ${part} string: must be a json object`);
  }
  // Most tokens hold no list and no object, and need not be walked through.
  if (hasCharacter(text, '[') || hasCharacter(text, '{', 1)) freeze(value, part, MAX_DEPTH);
  return Object.freeze(value) as Record<string, unknown>;
}

/** Bytes as UTF-8: of ASCII, the usual case, each is the letter itself. */
function textOf(bytes: string): string {
  return Buffer.byteLength(bytes) === bytes.length ? bytes : utf8.decode(Buffer.from(bytes, 'latin1'));
}

/** Freezes all of it, so that no callback or handler can change what another one sees. */
function freeze(value: object, part: string, depthLeft: number): void {
  if (depthLeft === 0) throw new InvalidTokenException(`Invalid ${part} string: nested deeper than ${MAX_DEPTH}`);
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member as object, part, depthLeft - 1);
  }
  Object.freeze(value);
}

/** What the header may not ask for: no extension is supported here, so a critical one refuses (RFC 7515 s.4.1.11). */
function checkHeader(header: JoseHeader): void {
  const kid = ownValue(header, 'kid');
  if (kid !== undefined && typeof kid !== 'string') {
    throw new InvalidTokenException('Key ID header parameter must be a string');
  }
  const critical = ownValue(header, 'crit');
  if (critical !== undefined) throw new InvalidTokenException(describeCritical(critical));
  const b64 = ownValue(header, 'b64');
  if (b64 !== undefined && b64 !== true) {
    throw new InvalidTokenException('The b64 header parameter (RFC 7797) is not supported');
  }
}

function describeCritical(critical: unknown): string {
  if (!Array.isArray(critical) || critical.length === 0) return "Invalid 'crit' header: must be a non-empty list";
  const names: unknown[] = critical;
  if (!names.every((name) => typeof name === 'string')) return "Invalid 'crit' header: values must be strings";
  return `Unsupported critical extension: ${names.join(', ')}`;
}
