import { types } from 'node:util';
import type { HttpRequest } from './http.js';

/** The locations of a token in a request, with the names of Flask-JWT-Extended. */
export const TOKEN_LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const;

/** The location of a token: `'headers'`, `'cookies'`, `'query_string'` or `'json'` (`JWT_TOKEN_LOCATION`). */
export type TokenLocation = (typeof TOKEN_LOCATIONS)[number];

/**
 * A location of the application's own: returns the token of a request, or `null` without one. Every text counts as a token, an
 * empty one too. The token gets no check of a double submit value, so do not read a cookie here: use `'cookies'`.
 *
 * @example
 * const fromHeader: TokenExtractor = ({ headers }) => headers['x-token']?.toString() ?? null;
 */
export type TokenExtractor = {
  /** The token of a request; `null` without one. */
  // A method, so that a function for requests of Express or Fastify, such as an extractor of passport-jwt, has the type too.
  extract(request: HttpRequest): string | null | undefined;
}['extract'];

/** One of the four locations, or a function that returns the token at once. */
export type TokenSource = TokenLocation | TokenExtractor;

/** Whether a value is one of the four locations, or a function that can return a token at once. */
export function isTokenSource(value: unknown): value is TokenSource {
  return typeof value === 'function'
    ? !types.isAsyncFunction(value) && !isClass(value)
    : TOKEN_LOCATIONS.includes(value as TokenLocation);
}

/** Only `new` can call a class. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}
