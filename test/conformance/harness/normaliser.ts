import { isObject, mapValues, stringsIn, type JsonObject } from './document.js';
import type { Scenario } from './scenario.js';

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const COMPACT_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const TOKENS_IN_TEXT = /[\w-]+\.[\w-]+\.[\w-]*/g;
const DETACHED_TOKEN = /^([\w-]+)\.\.[\w-]+$/;
const MEMORY_ADDRESS = /0x[0-9a-fA-F]{6,}/g;
const FIVE_YEARS = 5 * 366 * 86_400;

interface TokenParts {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** Replaces values that differ in each run (current times, random ids, new tokens) with placeholders. */
export class Normaliser {
  /** The texts of the scenario and the contents of its handcrafted tokens remain unchanged. */
  private readonly literals: ReadonlySet<string>;

  constructor(scenario: Scenario) {
    const literals = stringsIn(scenario);
    for (const text of [...literals]) {
      for (const token of tokensIn(text)) {
        const parts = readToken(token);
        if (parts) stringsIn([parts.header, parts.claims], literals);
      }
    }
    this.literals = literals;
  }

  value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (isObject(value)) return mapValues(value, (item) => this.value(item));
    if (typeof value === 'number') return numberOrPlaceholder(value);
    if (typeof value === 'string' && !this.literals.has(value)) return this.text(value);
    return value;
  }

  /** One `Set-Cookie` line, with its attributes by lower-case name. */
  setCookie(line: string): JsonObject {
    const [first = '', ...rest] = line.split(';');
    const { name, value } = pair(first);
    const attributes = new Map<string, string | number | true>();
    for (const part of rest) {
      const attribute = pair(part);
      attributes.set(attribute.name.toLowerCase(), attribute.value ?? true);
    }
    const maxAge = attributes.get('max-age');
    if (maxAge !== undefined) attributes.set('max-age', wholeNumber(maxAge));
    const expires = attributes.get('expires');
    if (expires !== undefined) attributes.set('expires', namedMoment(String(expires), attributes.get('max-age')));
    return { name, value: this.value(value ?? ''), attributes: Object.fromEntries(attributes) };
  }

  private text(text: string): unknown {
    if (UUID4.test(text)) return { $random: 'uuid4' };
    const detached = DETACHED_TOKEN.exec(text);
    if (detached) return { $detachedToken: JSON.parse(Buffer.from(detached[1] as string, 'base64url').toString()) };
    const parts = readToken(text);
    return parts ? { $token: this.token(parts) } : text.replace(MEMORY_ADDRESS, '0x...');
  }

  private token({ header, claims }: TokenParts): JsonObject {
    const { iat, exp, nbf, fresh } = claims;
    const since = (moment: unknown) => (isNearNow(iat) && isNearNow(moment) ? moment - iat : null);
    const notBeforeDelay = since(nbf);
    const freshFor = since(fresh);
    return {
      header: this.value(header),
      claims: this.value(claims),
      claimOrder: Object.keys(claims),
      lifetime: since(exp),
      ...(notBeforeDelay !== null && { notBeforeDelay }),
      ...(freshFor !== null && { freshFor: Math.floor(freshFor) }),
    };
  }
}

/** Only for words with dots, because the expression takes quadratic time for a long word without dots. */
function tokensIn(text: string): string[] {
  const words = text.split(/[^\w.-]+/).filter((word) => word.split('.', 3).length === 3);
  return words.flatMap((word) => word.match(TOKENS_IN_TEXT) ?? []);
}

function numberOrPlaceholder(value: number): unknown {
  if (!Number.isFinite(value)) return { $nonfinite: value > 0 ? 'inf' : '-inf' };
  return isNearNow(value) ? { $time: Number.isInteger(value) ? 'integer' : 'float' } : value;
}

function isNearNow(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value - Date.now() / 1000) < FIVE_YEARS;
}

/** The members of a compact JWS (RFC 7515 s.3.1), or `null` for any other text. */
function readToken(text: string): TokenParts | null {
  if (!COMPACT_TOKEN.test(text)) return null;
  const [header, claims] = text.split('.', 2).map(readSegment);
  return isObject(header) && isObject(claims) ? { header, claims } : null;
}

function readSegment(segment: string): unknown {
  if (segment.length % 4 === 1) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(segment, 'base64url')));
  } catch {
    return null;
  }
}

function pair(text: string): { name: string; value: string | null } {
  const trimmed = text.trim();
  const equals = trimmed.indexOf('=');
  if (equals < 0) return { name: trimmed, value: null };
  return { name: trimmed.slice(0, equals), value: trimmed.slice(equals + 1) };
}

function wholeNumber(text: string | number | true): number {
  if (!/^-?\d+$/.test(String(text))) throw new Error(`Max-Age is not a whole number: ${String(text)}`);
  return Number(text);
}

function namedMoment(expires: string, maxAge: string | number | true | undefined): string {
  const seconds = Date.parse(expires) / 1000;
  if (seconds === 0) return 'epoch';
  const isMaxAge = typeof maxAge === 'number' && Math.abs(seconds - Date.now() / 1000 - maxAge) < 30;
  return isMaxAge ? 'now + max-age' : expires;
}
