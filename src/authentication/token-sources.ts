import { InvalidTokenException, MissingTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { HandshakeRequest } from '../transports/handshake-request.js';
import { ownValue, type TokenType } from '../types/claims.js';
import { isPromise } from '../types/awaitable.js';
import { headerValue, type HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { TokenExtractor, TokenLocation, TokenSource } from '../types/token-location.js';
import { cookieValue } from './cookie-header.js';

/** An unverified token of a request, and its location. In a JSON body it can be any value. */
export interface FoundToken {
  readonly rawToken: unknown;
  readonly location: JwtContext['location'];
}

/** Reads one location. Returns the token, or a message about what is missing. Throws if the location is malformed. */
type Source = (request: HttpRequest, kind: TokenType, settings: Settings) => FoundToken | string;

const SOURCES: Readonly<Record<TokenLocation, Source>> = {
  headers: fromHeader,
  cookies: fromCookie,
  query_string: fromQueryString,
  json: fromJson,
};

/**
 * Returns the first token, in the order of the locations. A malformed token is not skipped: otherwise another credential
 * could silently replace it. Throws a `MissingTokenException` that says what is missing in each location.
 */
export function findToken(request: HttpRequest, requirement: SettledRequirement, settings: Settings): FoundToken {
  const locations = requirement.locations ?? settings.tokenLocation;
  const kind = expectedKind(requirement);
  const reasons: string[] = [];
  for (const location of locations) {
    const found =
      typeof location === 'function' ? fromFunction(location, request) : SOURCES[location](request, kind, settings);
    if (typeof found === 'object') return found;
    reasons.push(found);
  }
  const explicit = requirement.locations === null ? findExplicit(request, kind, settings) : null;
  if (explicit !== null) return explicit;
  const all = reasons.join('; ');
  throw new MissingTokenException(
    reasons.length === 1 ? all : `Missing JWT in ${enumerate(locations.map(nameOf))} (${all})`,
  );
}

/** The locations in which only the client itself can put a token. A browser sends cookies for pages of any site. */
const EXPLICIT = ['headers', 'query_string'] as const satisfies TokenLocation[];

/** The token of a handshake in a location that the options do not name: a browser cannot set the header of a WebSocket. */
function findExplicit(request: HttpRequest, kind: TokenType, settings: Settings): FoundToken | null {
  if (!(request instanceof HandshakeRequest)) return null;
  for (const location of EXPLICIT) {
    const found = settings.tokenLocation.includes(location) ? null : SOURCES[location](request, kind, settings);
    if (typeof found === 'object' && found !== null) return found;
  }
  return null;
}

/** The type of the cookie or JSON key to read. A route for any type reads the one of the access token. */
export function expectedKind(requirement: SettledRequirement): TokenType {
  return requirement.refresh ? 'refresh' : 'access';
}

/** Reads a header such as `Authorization: Bearer <JWT>`. It can have other schemes too, with commas (RFC 9110 s.11.6.2). */
function fromHeader(request: HttpRequest, _kind: TokenType, { header }: Settings): ReturnType<Source> {
  const text = headerValue(request, header.field);
  const alone = onlyToken(text, header.type);
  if (alone !== null) return { rawToken: alone, location: 'headers' };
  const value = stripCommas(text.trim());
  if (value === '') return `Missing ${header.name} Header`;
  if (header.type === '') {
    const words = splitWords(value);
    if (words.length === 1) return { rawToken: words[0], location: 'headers' };
    throw new InvalidTokenException(`Bad ${header.name} header. Expected '${header.name}: <JWT>'`);
  }
  const expected = `Expected '${header.name}: ${header.type} <JWT>'`;
  const fields = value
    .split(',')
    .map(splitWords)
    .filter(([scheme]) => isScheme(scheme, header));
  // With two tokens the guard could choose the wrong one, so it uses neither.
  if (fields.length !== 1) {
    return `Missing '${header.type}' type in '${header.name}' header. ${expected}`;
  }
  const [words = []] = fields;
  if (words.length !== 2) throw new InvalidTokenException(`Bad ${header.name} header. ${expected}`);
  return { rawToken: words[1], location: 'headers' };
}

/** The fast path for the usual header: the scheme, one space and a token. `null` for every other header. */
function onlyToken(value: string, scheme: string): string | null {
  const start = scheme.length + 1;
  if (scheme === '' || value.length <= start || value[scheme.length] !== ' ' || !value.startsWith(scheme)) return null;
  return isOneWord(value, start) ? value.slice(start) : null;
}

/** Whether the rest has no comma, which separates credentials, and no white space that Node accepts in a header. */
function isOneWord(value: string, start: number): boolean {
  return (
    !value.includes(',', start) &&
    !value.includes(' ', start) &&
    !value.includes('\t', start) &&
    !value.includes('\u00a0', start)
  );
}

function isScheme(word: string | undefined, { type, caseInsensitive }: Settings['header']): boolean {
  return caseInsensitive ? word?.toLowerCase() === type.toLowerCase() : word === type;
}

/** A loop, because an attacker could make a regular expression run in quadratic time. */
function stripCommas(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === ',') start++;
  while (end > start && text[end - 1] === ',') end--;
  return text.slice(start, end);
}

function splitWords(text: string): string[] {
  return text.split(/\s/).filter((word) => word !== '');
}

/** Reads the header itself, because an application may have no cookie parser. */
function fromCookie(request: HttpRequest, kind: TokenType, { cookies }: Settings): ReturnType<Source> {
  const { name } = cookies[kind];
  const header = ownValue(request.headers, 'cookie') as string | string[] | undefined;
  const token = cookieValue([header ?? []].flat().join('; '), name);
  return token ? { rawToken: token, location: 'cookies' } : `Missing cookie "${name}"`;
}

/** Reads the URL itself, because frameworks parse queries differently. Uses the first of several values. */
function fromQueryString(request: HttpRequest, _kind: TokenType, { queryString }: Settings): ReturnType<Source> {
  const { name, valuePrefix } = queryString;
  const address = request.originalUrl ?? request.url ?? '';
  const start = address.indexOf('?');
  const value = start < 0 ? null : new URLSearchParams(address.slice(start + 1)).get(name);
  if (!value) return `Missing '${name}' query paramater`;
  if (!value.startsWith(valuePrefix)) {
    throw new InvalidTokenException(
      `Invalid value for query parameter '${name}'. Expected the value to start with '${valuePrefix}'`,
    );
  }
  return { rawToken: value.slice(valuePrefix.length), location: 'query_string' };
}

function fromJson(request: HttpRequest, kind: TokenType, { json }: Settings): ReturnType<Source> {
  const mediaType = headerValue(request, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/(?:[^\s;,]+\+)?json$/.test(mediaType)) {
    return 'Invalid content-type. Must be application/json.';
  }
  const key = kind === 'refresh' ? json.refreshKey : json.accessKey;
  const { body } = request;
  const token = typeof body === 'object' && body !== null && !Array.isArray(body) ? ownValue(body, key) : undefined;
  return isEmpty(token) ? `Missing "${key}" key in json data.` : { rawToken: token, location: 'json' };
}

/**
 * Calls a function of the option `tokenLocation`. A client can send any JSON value in a body, so data that is no text is an
 * invalid token, and the verifier refuses it. A promise is a fault of the application.
 */
function fromFunction(extract: TokenExtractor, request: HttpRequest): FoundToken | string {
  const token: unknown = extract(request);
  if (token === undefined || token === null) return 'Missing JWT in custom location';
  if (typeof token === 'function' || isPromise(token) || isSubscribable(token)) {
    throw new TypeError('A function of tokenLocation must return a token or null at once, no promise and no function.');
  }
  return { rawToken: token, location: 'custom' };
}

function isSubscribable(value: unknown): boolean {
  return typeof (value as { subscribe?: unknown }).subscribe === 'function';
}

function nameOf(location: TokenSource): string {
  return typeof location === 'function' ? 'custom' : location;
}

/** Whether a JSON value counts as missing: the falsy values of Python, with empty lists and objects, as in Flask. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : !value;
}

/** For example "headers, cookies or json". */
function enumerate(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
