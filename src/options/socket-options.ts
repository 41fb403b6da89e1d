import type { OptionSection, ReadersOf } from './option-section.js';
import { list, sectionOf } from './readers.js';
import { show } from './shown-value.js';

/** Options for WebSockets, and for GraphQL subscriptions. */
export interface SocketOptions {
  /**
   * The origins of pages whose handshakes may have their token in a cookie, besides those of the same host.
   *
   * @default []
   * @example allowedOrigins: ['https://app.example.com']
   */
  allowedOrigins?: readonly string[] | undefined;
}

const SOCKETS = { allowedOrigins } satisfies ReadersOf<SocketOptions>;

/** @internal */
export const sockets = sectionOf(SOCKETS);

/** Exact origins. A browser sends them in lower case, without a path, and without the usual port of the scheme. */
function allowedOrigins(section: OptionSection, name: string): readonly string[] {
  const values = list(section, name) ?? [];
  return Object.freeze(values.map((value, index) => checkOrigin(value, section, `${name}[${index}]`)));
}

function checkOrigin(value: unknown, section: OptionSection, name: string): string {
  if (typeof value !== 'string') return section.refuse(name, `must be a text; it is ${show(value)}.`);
  if (value === 'null') {
    return section.refuse(name, 'must not be "null", which pages of any site can send from a sandboxed frame.');
  }
  if (value.includes('*'))
    section.refuse(name, 'must be one origin. Name each of them, because a pattern has mistakes.');
  const origin = originOf(value);
  if (origin === value.toLowerCase()) return origin;
  return section.refuse(
    name,
    `must be an origin such as "https://app.example.com", without a path; it is ${show(value)}.` +
      (origin === null ? '' : ` Write "${origin}".`),
  );
}

/** The origin of a URL, as browsers write it. Apps have schemes of their own, such as `capacitor://localhost`. */
function originOf(text: string): string | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+/i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
}
