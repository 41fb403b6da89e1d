import type { CheckResult } from '../context/request-memory.js';
import type { Settings } from '../options/settings.js';
import type { RevocationCheck } from '../sessions/revocation-check.js';
import type { SignedToken } from '../tokens/verified-token.js';
import type { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import type { HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import type { HandlerCall } from './handler-call.js';
import type { FoundToken } from './token-sources.js';

/** What the checks need from the module. */
export interface CheckDependencies {
  readonly settings: Settings;
  readonly verifier: TokenVerifier;
  readonly revocation: RevocationCheck;
}

/** One token on its way through the checks. A check writes down what it found out, for the checks after it. */
export class Authentication implements CheckResult {
  /** The double submit value that came with a token from a cookie; `null` where none is needed. */
  csrfValue: string | null = null;
  verified: SignedToken | null = null;
  user: unknown = undefined;
  earlier: CheckResult | null = null;
  private frozen: JwtContext | null = null;

  constructor(
    private readonly call: HandlerCall,
    readonly requirement: SettledRequirement,
    readonly found: FoundToken,
    readonly dependencies: CheckDependencies,
  ) {}

  get request(): HttpRequest {
    return this.call.request;
  }

  get handler(): object {
    return this.call.handler;
  }

  get controller(): object {
    return this.call.controller;
  }

  get checker(): object {
    return this.dependencies.settings;
  }

  /** What the application sees once all checks have passed. Made at the first look, since most handlers never look. */
  get context(): JwtContext {
    return (this.frozen ??= this.freeze());
  }

  private freeze(): JwtContext {
    const { found, verified, user, dependencies } = this;
    const { header, payload } = verified as SignedToken;
    const identity = payload[dependencies.settings.identityClaim];
    return Object.freeze({
      token: found.rawToken as string,
      header,
      payload,
      location: found.location,
      user,
      identity,
    });
  }
}
