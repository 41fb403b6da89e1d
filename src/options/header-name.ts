import type { Reader } from './option-section.js';
import { fieldName } from './readers.js';
import { show } from './shown-value.js';

/** The header fields that HTTP gives a meaning, and that clients and servers set or change themselves (Fetch s.2.2.2). */
const HTTP_FIELDS = new Set(
  [
    'accept accept-charset accept-encoding accept-language cache-control connection content-encoding content-language',
    'content-length content-type cookie cookie2 date dnt expect forwarded host if-match if-modified-since if-none-match',
    'if-range if-unmodified-since keep-alive max-forwards origin pragma range referer set-cookie te trailer',
    'transfer-encoding upgrade user-agent via',
  ].flatMap((line) => line.split(' ')),
);

/** @internal A request header that a client is free to set. */
export function headerName(fallback: string): Reader<string> {
  return (section, name) => {
    const header = fieldName(fallback)(section, name);
    const field = header.toLowerCase();
    if (!HTTP_FIELDS.has(field) && !/^(?:access-control-|proxy-|sec-)/.test(field)) return header;
    return section.refuse(
      name,
      `is ${show(header)}, which HTTP uses for something else. Write 'Authorization', or a name of your own such as 'X-Token'.`,
    );
  };
}
