import { createHash, type KeyObject } from 'node:crypto';

/** The members that make up a public key, in the order of RFC 7638 s.3.2 and RFC 8037 s.2. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** The members of a public key and no others; a secret or private key has none that could be shown. */
export function publicMembers(key: KeyObject): Record<string, unknown> {
  if (key.type !== 'public') throw new TypeError(`A ${key.type} key is not for publication.`);
  const jwk = key.export({ format: 'jwk' });
  const members = MEMBERS[jwk.kty ?? ''] ?? [];
  return Object.fromEntries(members.map((name) => [name, jwk[name]]));
}

/** The name a public key has by itself (RFC 7638), in base64url. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicMembers(key)))
    .digest('base64url');
}
