import { InvalidTokenException, MissingTokenException } from '../errors/exceptions.js';
import { headerValue } from '../types/http.js';
import type { TokenExtractor } from '../types/token-location.js';

/** The faults of the header, with the texts of Flask-JWT. */
export const HEADER_FAULTS = {
  otherScheme: 'Unsupported authorization type',
  noToken: 'Token missing',
  spaces: 'Token contains spaces',
} as const;

/**
 * Reads the header as Flask-JWT does: the prefix in upper or lower case, then one word. It knows no list of credentials. A header
 * with another scheme counts as no token where the token is optional.
 */
export function flaskJwtHeader(prefix: string): TokenExtractor {
  return (request) => {
    const words = headerValue(request, 'authorization')
      .split(/[\s\x85]+/)
      .filter((word) => word !== '');
    const [scheme, token] = words;
    if (scheme === undefined) return null;
    if (scheme.toLowerCase() !== prefix.toLowerCase()) throw new MissingTokenException(HEADER_FAULTS.otherScheme);
    if (token === undefined) throw new InvalidTokenException(HEADER_FAULTS.noToken);
    if (words.length > 2) throw new InvalidTokenException(HEADER_FAULTS.spaces);
    return token;
  };
}
