import { UserLookupException } from '../../errors/exceptions.js';
import type { Settings } from '../../options/settings.js';
import { after, type Awaitable } from '../../types/awaitable.js';
import { ownValue } from '../../types/claims.js';
import type { HttpRequest } from '../../types/http.js';
import type { VerifiedToken } from '../verified-token.js';

/** The longest identity in a message, in characters. */
const LONGEST_SHOWN = 100;

/**
 * The user of a token, from the option `userLookup`. `undefined` without that option. `claims` are the claims for the application.
 *
 * @throws UserLookupException if the look-up finds no user.
 */
export function lookUpUser(
  token: VerifiedToken,
  settings: Settings,
  request?: HttpRequest,
  claims = token.payload,
): Awaitable<unknown> {
  const { userLookup } = settings.callbacks;
  if (userLookup === undefined) return undefined;
  return after(userLookup(claims, token.header, request), (user) => {
    if (user !== null && user !== undefined) return user;
    const identity = ownValue(token.payload, settings.identityClaim);
    const shown = typeof identity === 'string' ? identity : JSON.stringify(identity);
    throw new UserLookupException(`Error loading the user ${shortened(shown)}`, token);
  });
}

/** A message is also in a header of the answer, and proxies refuse large headers. */
function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${[...text].slice(0, LONGEST_SHOWN).join('')}...` : text;
}
