import type { TokenPair } from 'nestjs-jwt-extended';
import { subjectHash } from '../../src/stores/session-id.js';
import { readToken } from './forge.js';

/** A session id of alice that no store knows. */
export const UNKNOWN_SID = `${subjectHash('alice')}.AAAAAAAAAAAAAAAAAAAAAA`;

/** A claim of a token. */
export function claimOf(token: string, claim: string): unknown {
  return readToken(token).claims[claim];
}

/** The session of a token, or of both of a pair. */
export function sidOf(token: string | TokenPair): string {
  return claimOf(typeof token === 'string' ? token : token.refreshToken, 'sid') as string;
}
