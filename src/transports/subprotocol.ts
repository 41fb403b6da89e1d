/**
 * The token among the subprotocols that a client offers, as `new WebSocket(url, ['bearer', token])` does, because a browser cannot
 * set a header there. `null` without one.
 */
export function tokenOfProtocols(offered: readonly string[]): string | null {
  return offered.find((_protocol, index) => isToken(offered, index)) ?? null;
}

/** The subprotocols without the token, which the server must not repeat in its answer. */
export function withoutTokens(offered: readonly string[]): readonly string[] {
  return offered.filter((_protocol, index) => !isToken(offered, index));
}

/** The subprotocols of the header `Sec-WebSocket-Protocol` (RFC 6455 s.11.3.4). */
export function protocolsIn(header: string): readonly string[] {
  return header
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
}

/** The text after `bearer` is the token, in any form. A token elsewhere in the list is recognised by its form. */
function isToken(offered: readonly string[], index: number): boolean {
  return offered[index - 1]?.toLowerCase() === 'bearer' || isCompactJws(offered[index] as string);
}

/** A compact JWS (RFC 7515 s.7.1), which begins with a JSON object. */
function isCompactJws(text: string): boolean {
  const segments = text.split('.');
  if (segments.length !== 3 || segments.some((segment) => segment === '')) return false;
  try {
    const header: unknown = JSON.parse(Buffer.from(segments[0] as string, 'base64url').toString());
    return typeof header === 'object' && header !== null;
  } catch {
    return false;
  }
}
