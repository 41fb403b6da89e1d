import type { Settings } from '../options/settings.js';
import { foreignSubjectHash, subjectHash } from '../stores/session-id.js';
import { identityClaimOfUser, identityOfProvider } from '../tokens/issuing/identity.js';
import { isOurIssuer, providerOf } from '../tokens/verifying/store-keys.js';
import { findVerifiedToken } from '../tokens/verifying/verified-reference.js';
import { ownValue, type JwtPayload } from '../types/claims.js';

/** The user whose tokens are meant. */
export interface TokenOwner {
  /** The value of the identity claim. */
  readonly identity: unknown;
  /** The hash under which a store has the user's entries. */
  readonly subject: string;
  /** The issuer of the tokens of an identity provider; `null`: its tokens have no `iss`; `undefined`: the tokens are ours. */
  readonly issuer?: string | null | undefined;
}

/**
 * Finds the owner of tokens: by the user, by the identity claim, or by a verified token of the user. `issuer` names the
 * identity provider of the user. Without it the user is ours, or the user of the only provider if we have no keys.
 *
 * @throws TypeError if no token can belong to such an owner.
 */
export async function ownerOf(
  user: unknown,
  issuer: string | null | undefined,
  settings: Settings,
): Promise<TokenOwner> {
  const token = findVerifiedToken(user);
  if (token !== null) return ownerOfToken(token.payload, issuer, settings);
  const provider = issuer === undefined ? onlyIssuer(settings) : knownIssuer(issuer, settings);
  if (provider === undefined) return ownOwner(await identityClaimOfUser(user, settings));
  return foreignOwner(identityOfProvider(user, settings), provider);
}

function ownerOfToken(payload: JwtPayload, issuer: string | null | undefined, settings: Settings): TokenOwner {
  const identity = ownValue(payload, settings.identityClaim);
  const provider = providerOf(payload, settings);
  const owner = provider === undefined ? ownOwner(identity) : foreignOwner(identity, provider);
  if (issuer === undefined || issuer === owner.issuer) return owner;
  throw new TypeError('The option "issuer" is not the issuer of the token. Leave it out: the token names its issuer.');
}

function ownOwner(identity: unknown): TokenOwner {
  return { identity, subject: subjectHash(identity) };
}

function foreignOwner(identity: unknown, issuer: string | null): TokenOwner {
  return { identity, subject: foreignSubjectHash(issuer, identity), issuer };
}

/** The provider of an application that has no keys of its own; `undefined` if it has. */
function onlyIssuer({ hasOwnKeys, jwks }: Settings): string | undefined {
  if (hasOwnKeys) return undefined;
  const [provider] = jwks;
  if (jwks.length === 1 && provider !== undefined && provider.issuer !== null) return provider.issuer;
  throw new TypeError(
    'Tokens of several issuers are accepted here. Pass a verified token of the user, or the option "issuer": the claim ' +
      'iss of the tokens, null for tokens without one.',
  );
}

function knownIssuer(issuer: string | null, settings: Settings): string | null | undefined {
  if (isOurIssuer(issuer, settings)) return undefined;
  const isText = typeof issuer === 'string' && issuer !== '';
  // A provider without the option `issuer` accepts tokens with any `iss`.
  const isKnown = settings.jwks.some((provider) => provider.issuer === issuer || provider.issuer === null);
  if ((isText || issuer === null) && isKnown) return issuer;
  throw new TypeError(
    'The option "issuer" must be the "issuer" of an entry of "jwks". For our own users leave it out.',
  );
}
