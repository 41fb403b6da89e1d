import {
  FreshTokenRequiredException,
  InsufficientScopeException,
  RevokedTokenException,
  TokenVerificationException,
  WrongTokenTypeException,
} from '../errors/exceptions.js';
import { presentedCsrfValue } from '../tokens/verifying/csrf.js';
import { isForeign } from '../tokens/verifying/foreign-tokens.js';
import { SignedToken } from '../tokens/verified-token.js';
import { lookUpUser } from '../tokens/verifying/user-lookup.js';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { Authentication } from './authentication.js';
import { rolesOf, scopesOf } from './scopes.js';
import { expectedKind } from './token-sources.js';

/** One check of a token. It returns if the token passes, and throws if it does not. */
interface Check {
  readonly name: string;
  /** Returns a promise only if it must wait. */
  readonly run: (authentication: Authentication) => Awaitable<void>;
}

/** The checks of a token, in this order: fast and local checks first, the application's callbacks last. */
const CHECKS: readonly Check[] = [
  // checks:begin
  { name: 'double submit value', run: requireCsrfValue },
  { name: 'signature and claims', run: verifyToken },
  { name: 'type', run: requireType },
  { name: 'freshness', run: requireFreshness },
  { name: 'revocation', run: refuseRevoked },
  { name: 'scopes', run: requireScopes },
  { name: 'roles', run: requireRoles },
  { name: 'verification by the application', run: askVerification },
  { name: 'user', run: loadUser },
  { name: 'decision of the route', run: askRoute },
  // checks:end
];

/** For a token without a request. */
const NO_REQUEST: HttpRequest = Object.freeze({ headers: {} });

/** Runs the checks in order. Returns a promise only if one of them must wait. */
export function runChecks(authentication: Authentication, from = 0): Awaitable<void> {
  for (let index = from; index < CHECKS.length; index++) {
    const pending = (CHECKS[index] as Check).run(authentication);
    if (isPromise(pending)) return pending.then(() => runChecks(authentication, index + 1));
  }
}

function requireCsrfValue(authentication: Authentication): void {
  const { found, request, requirement, dependencies } = authentication;
  if (found.location !== 'cookies') return;
  authentication.csrfValue = presentedCsrfValue(request, expectedKind(requirement), dependencies.settings.csrf);
}

function verifyToken(authentication: Authentication): Awaitable<void> {
  const { found, dependencies } = authentication;
  // The verifier reads the request and the double submit value.
  const verified = dependencies.verifier.verify(found.rawToken, authentication);
  if (!(verified instanceof SignedToken)) {
    return verified.then((late) => {
      authentication.verified = late;
    });
  }
  authentication.verified = verified;
}

/**
 * A token of the application's own type passes only on routes for any type. A token of an identity provider is refused on
 * refresh routes, because such a route would create our own tokens from it.
 */
function requireType({ requirement, verified }: Authentication): void {
  const { payload, header } = verified as SignedToken;
  const isOfKind = payload.type === expectedKind(requirement) && !(requirement.refresh && isForeign(payload));
  if (!requirement.verifyType || isOfKind) return;
  throw new WrongTokenTypeException(
    requirement.refresh ? 'Only refresh tokens are allowed' : 'Only non-refresh tokens are allowed',
    { payload, header },
  );
}

/** A token is fresh without end, or until a time. Leeway does not prolong that time. */
function requireFreshness({ requirement, verified }: Authentication): void {
  const { payload, header } = verified as SignedToken;
  const { fresh } = payload;
  if (!requirement.fresh || fresh === true) return;
  if (typeof fresh === 'number' && Number.isFinite(fresh) && fresh > Date.now() / 1000) return;
  throw new FreshTokenRequiredException(undefined, { payload, header });
}

function refuseRevoked({ requirement, dependencies, verified, request }: Authentication): Awaitable<void> {
  if (requirement.skipRevocationCheck) return;
  const revoked = dependencies.revocation.isRevoked(verified as SignedToken, request);
  if (isPromise(revoked)) return revoked.then((late) => refuseIf(late, verified as SignedToken));
  refuseIf(revoked, verified as SignedToken);
}

function refuseIf(revoked: boolean, { payload, header }: SignedToken): void {
  if (revoked) throw new RevokedTokenException(undefined, { payload, header });
}

function requireScopes({ requirement, verified, dependencies }: Authentication): void {
  const { scopes, anyScope } = requirement;
  if (scopes.length === 0 && anyScope.length === 0) return;
  const { payload, header } = verified as SignedToken;
  const present = scopesOf(payload, dependencies.settings.scopeClaim);
  const hasAll = scopes.every((scope) => present.includes(scope));
  const hasOne = anyScope.length === 0 || anyScope.some((scope) => present.includes(scope));
  if (hasAll && hasOne) return;
  throw new InsufficientScopeException(undefined, { payload, header, scopes: [...scopes, ...anyScope] });
}

function requireRoles({ requirement, verified, dependencies }: Authentication): void {
  if (requirement.roles.length === 0) return;
  const { payload, header } = verified as SignedToken;
  const present = rolesOf(payload, dependencies.settings.rolesClaim);
  if (requirement.roles.some((role) => present.includes(role))) return;
  throw new InsufficientScopeException(undefined, { payload, header });
}

/** Last, so that the route can decide by the user. */
function askRoute(authentication: Authentication): Awaitable<void> {
  const { requirement, request, verified } = authentication;
  if (requirement.allow === null) return;
  const { payload, header } = verified as SignedToken;
  return after(requirement.allow(authentication.context, request ?? NO_REQUEST), (allowed) => {
    if (allowed !== true) throw new InsufficientScopeException(undefined, { payload, header });
  });
}

function askVerification({ dependencies, verified, request }: Authentication): Awaitable<void> {
  const { verifyToken: verify } = dependencies.settings.callbacks;
  if (verify === undefined) return;
  const { payload, header } = verified as SignedToken;
  return after(verify(payload, header, request), (accepted) => {
    if (!accepted) throw new TokenVerificationException(undefined, { payload, header });
  });
}

function loadUser(authentication: Authentication): Awaitable<void> {
  const { settings } = authentication.dependencies;
  if (settings.callbacks.userLookup === undefined) return;
  return after(lookUpUser(authentication.verified as SignedToken, settings, authentication.request), (user) => {
    authentication.user = user;
  });
}
