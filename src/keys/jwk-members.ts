/**
 * The members of a public JWK by its `kty`, in the order of the thumbprint (RFC 7638 s.3.2, RFC 8037 s.2). They hold nothing
 * secret.
 */
export const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};
