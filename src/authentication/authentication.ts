import { storeRequest } from '../context/context-request.js';
import type { CheckResult } from '../context/request-memory.js';
import type { Settings } from '../options/settings.js';
import type { RevocationCheck } from '../sessions/revocation-check.js';
import type { SignedToken } from '../tokens/verified-token.js';
import type { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import type { JwtPayload } from '../types/claims.js';
import type { HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { HandlerCall } from './handler-call.js';
import type { FoundToken } from './token-sources.js';

/** The services of the module that the checks need. */
export interface CheckDependencies {
  readonly settings: Settings;
  readonly verifier: TokenVerifier;
  readonly revocation: RevocationCheck;
}

/** The call that a token is checked for. A token alone has neither a handler nor a controller. */
export type CheckedCall = Pick<HandlerCall, 'request'> & {
  readonly handler: object | null;
  readonly controller: object | null;
};

/** The state of one token during the checks. Each check stores its result for the checks after it. */
export class Authentication implements CheckResult {
  /** The double submit value of a request with its token in a cookie. `null` if none is needed. */
  csrfValue: string | null = null;
  /** For the verifier, which would otherwise read them from `Object.prototype`. */
  readonly allowExpired = false;
  readonly allowEarly = false;
  verified: SignedToken | null = null;
  /** What the schema of the option `claims` has returned. `null` without that option. */
  claims: JwtPayload | null = null;
  user: unknown = undefined;
  earlier: CheckResult | null = null;
  private frozen: JwtContext | null = null;

  constructor(
    private readonly call: CheckedCall,
    readonly requirement: SettledRequirement,
    readonly found: FoundToken,
    readonly dependencies: CheckDependencies,
  ) {}

  get request(): HttpRequest {
    return this.call.request;
  }

  get handler(): object | null {
    return this.call.handler;
  }

  get controller(): object | null {
    return this.call.controller;
  }

  get checker(): object {
    return this.dependencies.settings;
  }

  /** The claims for the application. The checks of the library read the signed ones of `verified`. */
  get payload(): JwtPayload {
    return this.claims ?? (this.verified as SignedToken).payload;
  }

  /** The context for the application, after all checks have passed. It is created on first use: most handlers never use it. */
  get context(): JwtContext {
    return (this.frozen ??= this.freeze());
  }

  /** Takes over the context of an earlier check of the same token, unless the user or the claims are another object now. */
  reuse(context: JwtContext): void {
    if (context.user === this.user && context.payload === this.payload) this.frozen ??= context;
  }

  private freeze(): JwtContext {
    const { found, verified, payload, user, dependencies } = this;
    const { header, payload: signed } = verified as SignedToken;
    const identity = signed[dependencies.settings.identityClaim];
    const context = Object.freeze({
      token: found.rawToken as string,
      header,
      payload,
      location: found.location,
      user,
      identity,
    });
    // Only a rotation asks for the request, so access tokens do not pay for it.
    if (signed.type === 'refresh' && this.request !== undefined) storeRequest(context, this.request);
    return context;
  }
}
