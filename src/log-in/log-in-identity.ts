import type { Settings } from '../options/settings.js';
import { identityClaimOf } from '../tokens/issuing/identity.js';
import { memberOf } from '../types/members.js';
import type { LogInSettings } from './log-in-settings.js';

/**
 * The identity claim of a user who logs in: of the option `identity`, else of `userIdentity`, else the `id` of the user, or the
 * user itself if it is a text or a number. The claim `sub` must be a text, so a number is converted.
 *
 * @throws TypeError if the user has no identity. The message does not contain the user.
 */
export async function identityOfUser(user: unknown, { identity }: LogInSettings, settings: Settings): Promise<unknown> {
  if (identity !== undefined) return textIfDue(await identity(user), settings);
  if (settings.callbacks.userIdentity !== undefined) return identityClaimOf(user, settings);
  const id = typeof user === 'object' && user !== null ? memberOf(user, 'id') : user;
  if ((id ?? null) !== null) return textIfDue(id, settings);
  throw new TypeError(
    'The user that authenticate() returned has no id. Set the option identity of JwtAuthModule: (user) => String(user.key), ' +
      'or the option userIdentity of JwtExtendedModule.',
  );
}

function textIfDue(id: unknown, { identityClaim, verifySubject }: Settings): unknown {
  const mustBeText = identityClaim === 'sub' && verifySubject;
  return mustBeText && (typeof id === 'number' || typeof id === 'bigint') ? String(id) : id;
}
