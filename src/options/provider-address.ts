/**
 * What is wrong with the address of an identity provider; `null`: nothing. Keys that come over plain http are whoever's
 * who sits on the way, so that only this machine itself may answer without TLS.
 */
export function addressProblem(address: unknown, allowInsecure: boolean): string | null {
  const url = typeof address === 'string' ? parse(address) : null;
  if (url === null) return 'is no absolute address, such as https://idp.example.com/jwks.json.';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password.';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return `has to be https, not ${url.protocol}`;
  if (allowInsecure || isLoopback(url.hostname)) return null;
  return 'has to be https: over http anybody on the way could put in keys of their own.';
}

function parse(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** Whether a host is this machine itself (RFC 6761 s.6.3, RFC 1122 s.3.2.1.3). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
}
