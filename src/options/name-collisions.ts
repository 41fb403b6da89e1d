import type { OptionSection } from './option-section.js';
import type { OptionValues } from './option-table.js';
import { show } from './shown-value.js';

/** The options that name a part of a request. */
type Names = Pick<OptionValues, 'header' | 'queryString' | 'json' | 'cookies' | 'csrf' | 'tokenLocation'>;

/** An option with a name, and the name as it is compared. */
interface NamedPart {
  readonly option: string;
  readonly name: string;
  /** The path of a cookie. */
  readonly path?: string;
}

/** Two lists of names. No name of the first may be in the second. */
type Pairs = readonly [first: readonly NamedPart[], second: readonly NamedPart[]];

/**
 * Refuses options with one name for two values that one request can hold. The double submit values of access and refresh
 * tokens can share a header and a form field, as in Flask: a request has the value of one token.
 */
export function refuseCollisions(names: Names, section: OptionSection): void {
  for (const [first, second] of [...cookiePairs(names), headerPairs(names), bodyPairs(names), queryPairs(names)]) {
    for (const part of second) {
      const other = first.find((candidate) => doMeet(candidate, part));
      if (other === undefined) continue;
      section.refuse(part.option, `is ${show(part.name)}, and so is "${other.option}". ${REASON} Use different names.`);
    }
  }
}

const REASON = 'One request could hold both values, and one would replace the other.';

function doMeet(one: NamedPart, other: NamedPart): boolean {
  return one.name === other.name && (isWithin(one.path, other.path) || isWithin(other.path, one.path));
}

/** Whether a browser that sends the cookie of one path also sends that of the other (RFC 6265bis s.5.1.4). */
function isWithin(path = '/', above = '/'): boolean {
  return path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`);
}

function cookiePairs({ cookies, csrf }: Names): Pairs[] {
  const parts: NamedPart[] = [
    { option: 'cookies.access.name', ...cookies.access },
    { option: 'cookies.refresh.name', ...cookies.refresh },
  ];
  if (csrf?.inCookies) {
    const { access, refresh } = csrf;
    parts.push({ option: 'csrf.access.cookieName', name: access.cookieName, path: access.cookiePath });
    parts.push({ option: 'csrf.refresh.cookieName', name: refresh.cookieName, path: refresh.cookiePath });
  }
  return parts.map((part, index) => [parts.slice(0, index), [part]]);
}

function headerPairs({ header, csrf }: Names): Pairs {
  const submitted = (['access', 'refresh'] as const).flatMap((kind) => {
    if (csrf === null) return [];
    return [{ option: `csrf.${kind}.headerName`, name: csrf[kind].headerName.toLowerCase() }];
  });
  return [[{ option: 'header.name', name: header.field }], submitted];
}

function bodyPairs({ json }: Names): Pairs {
  return [[{ option: 'json.accessKey', name: json.accessKey }], [{ option: 'json.refreshKey', name: json.refreshKey }]];
}

/** A proxy or a middleware may merge the query with the body. */
function queryPairs({ tokenLocation, queryString, json }: Names): Pairs {
  if (!tokenLocation.includes('query_string') || !tokenLocation.includes('json')) return [[], []];
  const keys = [
    { option: 'json.accessKey', name: json.accessKey },
    { option: 'json.refreshKey', name: json.refreshKey },
  ];
  return [keys, [{ option: 'queryString.name', name: queryString.name }]];
}
