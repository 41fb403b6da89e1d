import { ExpiredTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import type { VerifiedToken } from '../tokens/verified-token.js';
import { isExpired, validTimeOf } from '../tokens/verifying/claims.js';
import type { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import { verifiedTokenOf } from '../tokens/verifying/verified-reference.js';
import type { HttpRequest } from '../types/http.js';
import { settleRequirement, type JwtRequirement } from '../types/requirement.js';
import { Authentication, type CheckDependencies } from './authentication.js';
import { ChosenChecks } from './checks.js';

/** A refresh token that has passed the checks. */
export interface CheckedRefreshToken {
  readonly token: VerifiedToken;
  /** The user of `userLookup`; `undefined` without that option. */
  readonly user: unknown;
}

/** The requirements of a refresh token besides its type. */
export type RefreshRequirement = Pick<JwtRequirement, 'scopes' | 'anyScope' | 'roles'>;

/**
 * The checks of a refresh token that is presented for its successor: the ones that the guard makes on a refresh route. The
 * store decides later, in the step that consumes the token.
 */
export class RefreshChecks {
  private readonly dependencies: CheckDependencies;
  private readonly checks: ChosenChecks;

  constructor(
    private readonly settings: Settings,
    verifier: TokenVerifier,
  ) {
    this.dependencies = { settings, verifier, revocation: new RevocationCheck(settings, null) };
    this.checks = new ChosenChecks(settings);
  }

  /**
   * Checks the token that a reference names.
   *
   * @throws JwtExtendedException as the guard does on a refresh route.
   * @throws TypeError if this process did not verify the reference, or if the requirement is wrong.
   */
  async check(
    reference: unknown,
    requirement: RefreshRequirement,
    request?: HttpRequest,
  ): Promise<CheckedRefreshToken> {
    const settled = settleRequirement({ ...requirement, refresh: true });
    const found = { rawToken: reference, location: 'transport' } as const;
    const call = { request: request as HttpRequest, handler: null, controller: null };
    const authentication = new Authentication(call, settled, found, this.dependencies);
    if (typeof reference === 'string') await this.checks.run(authentication);
    else await this.checks.runAfterVerification(authentication, this.verified(reference));
    return { token: authentication.verified as VerifiedToken, user: authentication.user };
  }

  /** The signature was verified before. The token can have expired since, or `verify()` has accepted an expired one. */
  private verified(reference: unknown): VerifiedToken {
    const token = verifiedTokenOf(reference);
    if (!isExpired(validTimeOf(token.payload), this.settings, Date.now() / 1000)) return token;
    throw new ExpiredTokenException(undefined, token);
  }
}
