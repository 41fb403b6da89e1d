import {
  FreshTokenRequiredException,
  RevokedTokenException,
  TokenVerificationException,
  WrongTokenTypeException,
} from '../errors/exceptions.js';
import { presentedCsrfValue } from '../tokens/verifying/csrf.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { SignedToken } from '../tokens/verified-token.js';
import { lookUpUser } from '../tokens/verifying/user-lookup.js';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import type { Attempt } from './attempt.js';
import { expectedKind } from './token-sources.js';

/** A check lets the attempt go on, or throws; it answers with a promise only where it has to wait. */
type Check = (attempt: Attempt) => Awaitable<void>;

/** What a token that was found has to pass: cheap and local first, the application's own word last. */
const CHECKS: readonly Check[] = [
  // checks:begin
  requireCsrfValue,
  verifyToken,
  requireType,
  requireFreshness,
  refuseRevoked,
  askVerification,
  loadUser,
  // checks:end
];

/** Runs the checks in order; without a promise unless one of them has to wait. */
export function runChecks(attempt: Attempt, from = 0): Awaitable<void> {
  for (let index = from; index < CHECKS.length; index++) {
    const pending = (CHECKS[index] as Check)(attempt);
    if (isPromise(pending)) return pending.then(() => runChecks(attempt, index + 1));
  }
}

function requireCsrfValue(attempt: Attempt): void {
  if (attempt.found.location !== 'cookies') return;
  attempt.csrfValue = presentedCsrfValue(
    attempt.request,
    expectedKind(attempt.requirement),
    attempt.judges.settings.csrf,
  );
}

function verifyToken(attempt: Attempt): Awaitable<void> {
  // The attempt is the context: it knows the request and the double submit value.
  const verified = attempt.judges.verifier.verify(attempt.found.rawToken, attempt);
  if (!(verified instanceof SignedToken)) {
    return verified.then((late) => {
      attempt.verified = late;
    });
  }
  attempt.verified = verified;
}

/**
 * A token of a type of the application's own opens neither kind of route, only one that takes any type; one of an
 * identity provider opens no refresh route, whatever it says, for tokens of ours would come of it.
 */
function requireType({ requirement, verified }: Attempt): void {
  const { payload, header } = verified as SignedToken;
  const isOfKind = payload.type === expectedKind(requirement) && !(requirement.refresh && isForeign(payload));
  if (!requirement.verifyType || isOfKind) return;
  throw new WrongTokenTypeException(
    requirement.refresh ? 'Only refresh tokens are allowed' : 'Only non-refresh tokens are allowed',
    { payload, header },
  );
}

/** Fresh for good, or until a time that is not past; leeway does not count. */
function requireFreshness({ requirement, verified }: Attempt): void {
  const { payload, header } = verified as SignedToken;
  const { fresh } = payload;
  if (!requirement.fresh || fresh === true) return;
  if (typeof fresh === 'number' && Number.isFinite(fresh) && fresh > Date.now() / 1000) return;
  throw new FreshTokenRequiredException(undefined, { payload, header });
}

function refuseRevoked({ requirement, judges, verified, request }: Attempt): Awaitable<void> {
  if (requirement.skipRevocationCheck) return;
  const revoked = judges.revocation.isRevoked(verified as SignedToken, request);
  if (isPromise(revoked)) return revoked.then((late) => refuseIf(late, verified as SignedToken));
  refuseIf(revoked, verified as SignedToken);
}

function refuseIf(revoked: boolean, { payload, header }: SignedToken): void {
  if (revoked) throw new RevokedTokenException(undefined, { payload, header });
}

function askVerification({ judges, verified, request }: Attempt): Awaitable<void> {
  const { verifyToken: verify } = judges.settings.callbacks;
  if (verify === undefined) return;
  const { payload, header } = verified as SignedToken;
  return after(verify(payload, header, request), (accepted) => {
    if (!accepted) throw new TokenVerificationException(undefined, { payload, header });
  });
}

function loadUser(attempt: Attempt): Awaitable<void> {
  const { settings } = attempt.judges;
  if (settings.callbacks.userLookup === undefined) return;
  return after(lookUpUser(attempt.verified as SignedToken, settings, attempt.request), (user) => {
    attempt.user = user;
  });
}
