/**
 * What is wrong with an address of an identity provider; `null`: nothing. Anyone on the network path can replace keys that
 * are fetched over plain http, so only this machine may answer without TLS.
 */
export function addressProblem(address: unknown, allowInsecure: boolean): string | null {
  const url = typeof address === 'string' ? parse(address) : null;
  if (url === null) return 'is no absolute address, such as https://idp.example.com/jwks.json.';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password.';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return `must be https, not ${url.protocol}`;
  if (allowInsecure || isLoopback(url.hostname)) return null;
  return 'must be https: anyone on the network path can replace keys that are fetched over plain http.';
}

/** An address for a message, without the password and the query, which can hold a secret. */
export function withoutSecrets<T>(address: T): T | string {
  return typeof address === 'string' ? address.replace(/\/\/[^/]*@/, '//…@').replace(/\?[^]*$/, '?…') : address;
}

function parse(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** Whether a host is this machine (RFC 6761 s.6.3, RFC 1122 s.3.2.1.3). */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
}
