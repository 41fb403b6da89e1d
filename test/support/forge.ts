import { createHmac } from 'node:crypto';

/** Long enough for HS256, HS384 and HS512. */
export const SECRET = 'one-secret-of-these-tests-that-is-long-enough-for-every-hmac-hash-there-is';
export const OTHER_SECRET = 'another-secret-of-these-tests-also-long-enough-for-every-hmac-hash-there-is';

const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;

export interface Signing {
  secret?: string | Buffer | undefined;
  algorithm?: keyof typeof HASHES;
}

export function base64url(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64url');
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The signature of two segments, computed without the library. */
export function signSegments(header: string, payload: string, { secret = SECRET, algorithm = 'HS256' }: Signing = {}) {
  const signature = createHmac(HASHES[algorithm], secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}

/** A correctly signed token with any strings or bytes as header and payload. */
export function compact(header: string | Uint8Array, payload: string | Uint8Array, signing?: Signing): string {
  return signSegments(base64url(header), base64url(payload), signing);
}

/** The claims of a valid access token for alice. `undefined` omits a claim. */
export function claimsOf(claims: object = {}): Record<string, unknown> {
  const now = nowInSeconds();
  return { sub: 'alice', type: 'access', fresh: false, jti: 'an-id', iat: now, nbf: now, exp: now + 600, ...claims };
}

/** A valid token for alice, created without the library, with further claims and header parameters. */
export function forge(claims: object = {}, { header = {}, ...signing }: Signing & { header?: object } = {}): string {
  const { algorithm = 'HS256' } = signing;
  return compact(JSON.stringify({ alg: algorithm, typ: 'JWT', ...header }), JSON.stringify(claimsOf(claims)), signing);
}

/** The same token with one claim as JSON text, for values that JSON.stringify cannot write. */
export function forgeJson(claim: string, json: string): string {
  const claims = JSON.stringify(claimsOf({ [claim]: undefined }));
  return compact('{"alg":"HS256"}', `${claims.slice(0, -1)},${JSON.stringify(claim)}:${json}}`);
}

/** Header and claims of a token, read without the library. */
export function readToken(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = '', claims = ''] = token.split('.').map((segment) => Buffer.from(segment, 'base64url').toString());
  return { header: JSON.parse(header), claims: JSON.parse(claims) };
}

/** The double submit value of a token. */
export function csrfOf(token: string): string {
  return String(readToken(token).claims.csrf);
}
