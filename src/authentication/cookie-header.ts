/**
 * The value of a cookie in a `Cookie` header (RFC 6265 s.4.2), without its quotes. Without the cookie: `''`.
 *
 * A host below the same domain can set a second cookie of the name, and the order of the header does not say who set which
 * (RFC 6265 s.8.6). So several cookies with different values count as none.
 */
export function cookieValue(header: string, name: string): string {
  let found: string | null = null;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || withoutBlanks(pair.slice(0, equals)) !== name) continue;
    const value = unquoted(withoutBlanks(pair.slice(equals + 1)));
    if (found !== null && found !== value) return '';
    found = value;
  }
  return found ?? '';
}

/**
 * Removes spaces and tabs around a text. Other blanks belong to a name: browsers do not check the prefix of a name that
 * begins with one of them.
 */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

function isBlank(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t';
}

/** Removes the optional quotes around the value of a cookie (RFC 6265 s.4.1.1). */
function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
