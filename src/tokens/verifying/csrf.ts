import { timingSafeEqual } from 'node:crypto';
import { CsrfException, InvalidTokenException } from '../../errors/exceptions.js';
import type { CsrfSettings } from '../../options/csrf-options.js';
import { ownValue, type JoseHeader, type JwtPayload, type TokenType } from '../../types/claims.js';
import { headerValue, type HttpRequest } from '../../types/http.js';

/**
 * The double submit value of a request with its token in a cookie: from the header, or with `csrf.checkForm` from a form
 * field. `null` if the request needs no value.
 *
 * @throws CsrfException if a required value is missing.
 */
export function presentedCsrfValue(request: HttpRequest, cookie: TokenType, csrf: CsrfSettings | null): string | null {
  if (csrf === null || !needsValue(request.method, csrf)) return null;
  const { headerName, fieldName } = csrf[cookie];
  const value = headerValue(request, headerName.toLowerCase()) || (csrf.checkForm ? formField(request, fieldName) : '');
  if (!value) throw new CsrfException('Missing CSRF token');
  return value;
}

/** A request without a method did not come over plain HTTP. It may change data, so it needs the value. */
function needsValue(method: unknown, { methods }: CsrfSettings): boolean {
  return typeof method !== 'string' || method === '' || methods.has(method.toUpperCase());
}

/** Refuses a token whose claim `csrf` differs from the presented value. Compares bytes in constant time. */
export function checkCsrf(payload: JwtPayload, header: JoseHeader, presented: string): void {
  const expected = ownValue(payload, 'csrf');
  if (expected === undefined) throw new InvalidTokenException('Missing claim: csrf', { payload, header });
  if (typeof expected !== 'string' || !isSameText(expected, presented)) {
    throw new CsrfException('CSRF double submit tokens do not match', { payload, header });
  }
}

/** The double submit value of a token. @throws InvalidTokenException if the token has none. */
export function csrfOf(payload: JwtPayload, header: JoseHeader): string {
  const value = ownValue(payload, 'csrf');
  if (typeof value !== 'string') throw new InvalidTokenException('Missing claim: csrf', { payload, header });
  return value;
}

function isSameText(expected: string, presented: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(presented)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The text of a field of a form. A field that is there several times, or is a list or a file, has none. Ignores JSON bodies. */
function formField(request: HttpRequest, name: string): string {
  const mediaType = headerValue(request, 'content-type').split(';', 1)[0]?.trim().toLowerCase();
  const isMultipart = mediaType === 'multipart/form-data';
  if (!isMultipart && mediaType !== 'application/x-www-form-urlencoded') return '';
  if (typeof request.body !== 'object' || request.body === null) return '';
  const field = ownValue(request.body, name);
  const value = isMultipart ? partValue(field) : field;
  return typeof value === 'string' ? value : '';
}

/** The value of a part of a multipart form. With `attachFieldsToBody: true`, @fastify/multipart makes an object of each part. */
function partValue(part: unknown): unknown {
  return typeof part === 'object' && part !== null ? ownValue(part, 'value') : part;
}
