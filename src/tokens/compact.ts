import { InvalidTokenException } from '../errors/exceptions.js';
import { ownValue, type JoseHeader } from '../types/claims.js';

/** A token taken apart but not verified (RFC 7515 s.3.1), frozen: nothing in it may be believed yet. */
export interface CompactToken {
  readonly rawToken: string;
  readonly unverifiedHeader: JoseHeader;
  readonly payloadBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** JSON may nest this deep; anything deeper serves only to exhaust a stack. */
const MAX_DEPTH = 128;

// `fatal` refuses what is not UTF-8; `ignoreBOM` keeps a byte order mark, which JSON then refuses.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes a token apart: exactly three strict base64url segments, and a header that asks for nothing unknown. */
export function parseCompact(rawToken: unknown, maxLength: number): CompactToken {
  if (typeof rawToken !== 'string') throw new InvalidTokenException('Token must be a string');
  if (rawToken.length > maxLength) throw new InvalidTokenException(`Token is longer than ${maxLength} characters`);
  const segments = rawToken.split('.', 4);
  if (segments.length < 3) throw new InvalidTokenException('Not enough segments');
  if (segments.length > 3) throw new InvalidTokenException('Too many segments');
  const [header, payload, signature] = segments as [string, string, string];
  const unverifiedHeader = parseObject(decodeSegment(header, 'header'), 'header') as JoseHeader;
  const payloadBytes = decodeSegment(payload, 'payload');
  const signatureBytes = decodeSegment(signature, 'crypto');
  checkHeader(unverifiedHeader);
  return { rawToken, unverifiedHeader, payloadBytes, signature: signatureBytes };
}

/** The claims of a token that was not verified. */
export function parsePayload(token: CompactToken): Readonly<Record<string, unknown>> {
  return parseObject(token.payloadBytes, 'payload');
}

/** Base64url without padding (RFC 7515 s.2); the unused bits of the last letter have to be zero (RFC 4648 s.3.5). */
function decodeSegment(segment: string, part: string): Uint8Array {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw new InvalidTokenException(`Invalid ${part} padding`);
  return bytes;
}

function parseObject(bytes: Uint8Array, part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new InvalidTokenException(`Invalid ${part} string: must be JSON in UTF-8`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidTokenException(`Invalid ${part} string: must be a json object`);
  }
  freeze(value, part, MAX_DEPTH);
  return value as Record<string, unknown>;
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
