import { createHash, hash, randomBytes } from 'node:crypto';
import { isWellFormed } from '../types/well-formed.js';

// 16 bytes in base64url: the hash of a subject, and the part of a session's id that is unique for the subject.
const HASH_BYTES = 16;
const SESSION_ID = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{22}$/;

/** The hash of an identity claim. Stores use it as key, so that they hold no personal data. */
export function subjectHash(identity: unknown): string {
  // JSON escapes what UTF-8 cannot encode, so that such a text has a hash of its own.
  const isText = typeof identity === 'string' && isWellFormed(identity);
  return shortHash(isText ? `text:${identity}` : `json:${JSON.stringify(identity)}`);
}

/** The hash of a user of an identity provider. `issuer` is `null` for tokens without `iss`. It is no hash of our own users. */
export function foreignSubjectHash(issuer: unknown, identity: unknown): string {
  return shortHash(`issuer:${JSON.stringify([issuer, identity])}`);
}

/** A new session id. It begins with the subject's hash, which says where in a cluster the session is stored. */
export function newSessionId(subject: string): string {
  return `${subject}.${randomBytes(HASH_BYTES).toString('base64url')}`;
}

/** The id of the session that a token opens by adoption: the same each time, so that the token opens one session. */
export function adoptedSessionId(subject: string, jti: string): string {
  return `${subject}.${shortHash(`adopted:${jti}`)}`;
}

/** The subject's hash in a session id; `null` if the value does not have the format of our ids. */
export function subjectOfSession(sid: unknown): string | null {
  return typeof sid === 'string' ? (SESSION_ID.exec(sid)?.[1] ?? null) : null;
}

/** @throws TypeError if the session belongs to another subject. */
export function requireSubject(sid: string, subject: string): void {
  if (subjectOfSession(sid) === subject) return;
  throw new TypeError('The session belongs to another identity. Pass a session of the identity that the token is for.');
}

/** An id that follows from another one, in the format of a UUID version 4: the same in every process. */
export function derivedUuid(from: string, purpose: string): string {
  const bytes = createHash('sha256').update(`${purpose}:${from}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function shortHash(text: string): string {
  // As one call with a binary string it takes 0.4 µs, with createHash() 1.4 µs: it is part of a request's look-up.
  const bytes = hash('sha256', text, 'binary').slice(0, HASH_BYTES);
  return Buffer.from(bytes, 'latin1').toString('base64url');
}
