import type { Settings } from '../../options/settings.js';
import { isWellFormed } from '../../types/well-formed.js';
import { copyOfIdentity } from './json-copy.js';

/** The types of values that JSON does not have. */
const NO_JSON = ['undefined', 'function', 'symbol', 'bigint'];

/** The value of the identity claim, from the identity that the application passes. */
export async function identityClaimOf(identity: unknown, { callbacks }: Settings): Promise<unknown> {
  return callbacks.userIdentity ? callbacks.userIdentity(identity) : identity;
}

/** A copy of an identity claim. @throws TypeError if no token can have this value as its identity claim. */
export function checkedIdentity(identity: unknown, { identityClaim, verifySubject }: Settings): unknown {
  const mustBeString = identityClaim === 'sub' && verifySubject;
  if (mustBeString ? typeof identity === 'string' : !NO_JSON.includes(typeof identity)) {
    requireWellFormed('identity', identity);
    return copyOfIdentity(identity);
  }
  throw new TypeError(
    `The identity of a token must be ${mustBeString ? 'a string (RFC 7519 s.4.1.2)' : 'a JSON value'}; ` +
      `it is ${identity === null ? 'null' : typeof identity}. ` +
      'Pass String(id), or set the option userIdentity: (user) => String(user.id).',
  );
}

/** @throws TypeError for a text that UTF-8 cannot encode: its tokens would belong to the same user as those of other texts. */
export function requireWellFormed(name: string, value: unknown): void {
  if (typeof value !== 'string' || isWellFormed(value)) return;
  throw new TypeError(`The ${name} of a token has half of a surrogate pair alone, so UTF-8 cannot encode it.`);
}

/**
 * The identity claim of a user whose tokens exist already. `user` is the argument of `createTokenPair()`, or the identity
 * claim itself: a text or a number that `userIdentity` cannot convert.
 *
 * @throws TypeError if no token can belong to this user, because the call would find nothing and look like a success.
 */
export async function identityClaimOfUser(user: unknown, settings: Settings): Promise<unknown> {
  requirePresent(user);
  const identity = settings.callbacks.userIdentity ? await convertedIdentity(user, settings) : user;
  requirePresent(identity);
  return checkedIdentity(identity, settings);
}

/**
 * The identity claim of a user of an identity provider: the value itself.
 *
 * @throws TypeError if no token can have this value as its identity claim.
 */
export function identityOfProvider(identity: unknown, settings: Settings): unknown {
  requirePresent(identity);
  return checkedIdentity(identity, settings);
}

async function convertedIdentity(user: unknown, settings: Settings): Promise<unknown> {
  const canBeClaim = typeof user === 'string' || typeof user === 'number';
  const converted = await (canBeClaim ? convertedOrNull(user, settings) : identityClaimOf(user, settings));
  if (converted === user) return user;
  if ((converted ?? null) !== null && converted !== (await identityOfNothing(settings))) return converted;
  if (canBeClaim) return user;
  throw new TypeError('The option userIdentity finds no identity in this user. Pass what createTokenPair() takes.');
}

/** A `userIdentity` that reads properties of a user object can fail with a TypeError on a text. */
async function convertedOrNull(user: unknown, settings: Settings): Promise<unknown> {
  try {
    return await identityClaimOf(user, settings);
  } catch (error) {
    // fetch() throws a TypeError with a cause if the network fails. The identity is unknown then.
    if (error instanceof TypeError && error.cause === undefined) return null;
    throw error;
  }
}

/** The result for a user without properties, such as the text `undefined` of `String(user.id)`. It is no identity. */
async function identityOfNothing(settings: Settings): Promise<unknown> {
  try {
    return await identityClaimOf({}, settings);
  } catch {
    return undefined;
  }
}

function requirePresent(identity: unknown): void {
  if ((identity ?? '') !== '' && !Number.isNaN(identity)) return;
  throw new TypeError(
    `The identity is ${identity === '' ? 'an empty text' : String(identity)}. ` +
      'Pass what createTokenPair() takes, or the value of the identity claim.',
  );
}
