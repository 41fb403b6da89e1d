/** The locations of a token in a request, with the names of Flask-JWT-Extended. */
export const TOKEN_LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const;

/** The location of a token: `'headers'`, `'cookies'`, `'query_string'` or `'json'` (`JWT_TOKEN_LOCATION`). */
export type TokenLocation = (typeof TOKEN_LOCATIONS)[number];

/** Whether a value is one of the four locations. */
export function isTokenLocation(value: unknown): value is TokenLocation {
  return TOKEN_LOCATIONS.includes(value as TokenLocation);
}
