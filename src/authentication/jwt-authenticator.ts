import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ErrorResponder } from '../errors/error-responder.js';
import { MissingTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import { httpRequestOf } from '../transports/http.js';
import { isPromise, type Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import { settleRequirement, type JwtRequirement, type SettledRequirement } from '../types/requirement.js';
import { Attempt, type Judges } from './attempt.js';
import { runChecks } from './checks.js';
import { hasMet, remember, rememberedContext, type JwtContext } from '../context/jwt-context.js';
import { isExempt, RouteRequirements } from '../routes/route-requirement.js';
import { findToken, type FoundToken } from './token-sources.js';

/** Checks the token of a request: what `JwtGuard` does, for guards and interceptors of your own. */
@Injectable()
export class JwtAuthenticator {
  private readonly routes: RouteRequirements;
  private readonly judges: Judges;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenVerifier) verifier: TokenVerifier,
    @Inject(RevocationCheck) revocation: RevocationCheck,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {
    this.routes = new RouteRequirements(settings.requireByDefault);
    this.judges = { settings, verifier, revocation };
  }

  /**
   * Checks the request's token against a requirement (default: the route's own, or any access token) and remembers it
   * for `@Jwt()` and the others. Answers `null` for an anonymous request on an optional requirement and for an exempt
   * `OPTIONS`; throws a `JwtExtendedException` otherwise (`verify_jwt_in_request`).
   */
  async authenticate(context: ExecutionContext, requirement?: JwtRequirement): Promise<JwtContext | null> {
    const asked = requirement ? settleRequirement(requirement) : (this.requirementOf(context) ?? ANY);
    const passed = await this.check(context, httpRequestOf(context), asked);
    return passed?.context ?? null;
  }

  private requirementOf(context: ExecutionContext): SettledRequirement | null {
    return this.routes.of(context.getHandler(), context.getClass());
  }

  /** For the guard: whether the route's own requirement is met; without a promise unless something has to be waited for. */
  admit(context: ExecutionContext): Awaitable<boolean> {
    const requirement = this.requirementOf(context);
    if (requirement === null) return true;
    const request = httpRequestOf(context);
    if (hasMet(request, requirement)) return true;
    const checked = this.check(context, request, requirement);
    return isDecided(checked) ? true : checked.then(() => true);
  }

  private check(
    context: ExecutionContext,
    request: HttpRequest,
    requirement: SettledRequirement,
  ): Awaitable<Attempt | null> {
    if (isExempt(context, request.method)) return null;
    try {
      const checked = this.checkRequest(request, requirement);
      return isDecided(checked) ? checked : checked.catch((error: unknown) => this.refuse(error));
    } catch (error) {
      return this.refuse(error);
    }
  }

  private checkRequest(request: HttpRequest, requirement: SettledRequirement): Awaitable<Attempt | null> {
    const found = this.find(request, requirement);
    if (found === null) return this.rememberAnonymous(request, requirement);
    const attempt = new Attempt(request, requirement, found, this.judges);
    const checked = runChecks(attempt);
    return isPromise(checked) ? checked.then(() => this.remember(attempt)) : this.remember(attempt);
  }

  /** Nothing found is an anonymous request where the token is optional; whatever comes later is an error everywhere. */
  private find(request: HttpRequest, requirement: SettledRequirement): FoundToken | null {
    try {
      return findToken(request, requirement, this.settings);
    } catch (error) {
      if (requirement.optional && error instanceof MissingTokenException) return null;
      throw error;
    }
  }

  /** Only now, when all has passed, can anybody see the token. */
  private remember(attempt: Attempt): Attempt {
    const { request, verified, user } = attempt;
    remember(request, attempt);
    this.setUser(request, this.settings.callbacks.userLookup === undefined ? verified?.payload : user);
    return attempt;
  }

  /** A second, optional check in the same request does not wipe what the first one found. */
  private rememberAnonymous(request: HttpRequest, requirement: SettledRequirement): null {
    if (rememberedContext(request) !== undefined) return null;
    remember(request, { context: null, requirement });
    this.setUser(request, null);
    return null;
  }

  private setUser(request: HttpRequest, user: unknown): void {
    const { requestProperty } = this.settings;
    if (requestProperty !== null) (request as unknown as Record<string, unknown>)[requestProperty] = user;
  }

  /** Throws the error with its answer settled, now or once a callback has answered. */
  private refuse(error: unknown): Promise<never> {
    const settled = this.responder.settle(error);
    if (!isPromise(settled)) throw settled;
    return settled.then((late) => {
      throw late;
    });
  }
}

const ANY = settleRequirement();

/** By what it is, not by what it is not: whatever else there may be is waited for before anybody is let in. */
function isDecided(checked: Awaitable<Attempt | null>): checked is Attempt | null {
  return checked === null || checked instanceof Attempt;
}
