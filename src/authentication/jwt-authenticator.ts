import { Concealed } from '../types/concealed.js';
import { Inject, Injectable, Optional, type ExecutionContext } from '@nestjs/common';
import { CurrentCalls } from '../context/current-calls.js';
import { RequestResults, type Admission } from './request-results.js';
import { ErrorResponder } from '../errors/error-responder.js';
import { MissingTokenException } from '../errors/exceptions.js';
import { callOptions } from '../options/call-options.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { isExempt, RouteRequirements } from '../routes/route-requirement.js';
import { RevocationCheck } from '../sessions/revocation-check.js';
import { TokenVerifier } from '../tokens/verifying/token-verifier.js';
import { hasOneModule } from '../transports/memory-keys.js';
import { HandshakeRequest } from '../transports/handshake-request.js';
import { Transports } from '../transports/transports.js';
import type { SignedToken } from '../tokens/verified-token.js';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { ContextOf } from '../types/jwt-types.js';
import { settleRequirement, type JwtRequirement, type SettledRequirement } from '../types/requirement.js';
import { Authentication, type CheckDependencies } from './authentication.js';
import { ChosenChecks } from './checks.js';
import { callOf, type HandlerCall } from './handler-call.js';
import { HeldTokens } from './held-tokens.js';
import { findToken, type FoundToken } from './token-sources.js';

/** What `authenticateToken()` can take with a token. */
export interface AuthenticateTokenOptions {
  /** The request that the token came with: the callbacks get it as their last argument. Default none. */
  request?: HttpRequest | undefined;
  /** The double submit value that came with the token. It is compared when it is here. Default none. */
  csrfToken?: string | undefined;
}

/**
 * Checks the token of a request as `JwtGuard` does, for guards and interceptors of the application.
 * `JwtAuthenticator<typeof jwt>` has the types of `defineJwt()`.
 */
@Injectable()
@Concealed()
export class JwtAuthenticator<T = unknown> {
  private readonly routes: RouteRequirements;
  private readonly dependencies: CheckDependencies;
  private readonly checks: ChosenChecks;
  private readonly results: RequestResults;

  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TokenVerifier) verifier: TokenVerifier,
    @Inject(RevocationCheck) revocation: RevocationCheck,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
    @Inject(Transports) private readonly transports: Transports,
    @Inject(HeldTokens) private readonly held: HeldTokens,
    @Optional() @Inject(CurrentCalls) private readonly calls: CurrentCalls | null,
  ) {
    this.routes = new RouteRequirements(settings.requireByDefault);
    this.dependencies = { settings, verifier, revocation };
    this.checks = new ChosenChecks(settings);
    this.results = new RequestResults(settings, calls);
  }

  /**
   * Checks the token of a request and remembers it for `@Jwt()` and the other decorators (`verify_jwt_in_request`). Returns
   * `null` for an anonymous request where the token is optional, and for an exempt `OPTIONS` request.
   *
   * @param requirement default: the requirement of the route, or an access token for a route without one
   * @throws JwtExtendedException when the token is missing or refused
   * @throws Error when no transport can read a token from the context
   * @example
   * const { payload } = await this.authenticator.authenticate(context, { fresh: true });
   */
  async authenticate(context: ExecutionContext, requirement?: JwtRequirement): Promise<ContextOf<T> | null> {
    const required =
      requirement === undefined ? (this.requirementOf(context) ?? ACCESS_TOKEN) : settleRequirement(requirement);
    const call = callOf(context, this.transports);
    const passed = await this.responder.run(() => this.check(call, required), call.request, required.realm);
    return (passed?.context ?? null) as ContextOf<T> | null;
  }

  /**
   * Checks a token as the guard does: signature, claims, type, freshness, revocation, scopes, `claims`,
   * `verifyToken` and `userLookup`.
   * For tokens that come by a way the library does not know. Nothing is remembered of it.
   *
   * @param requirement default: an access token
   * @throws JwtExtendedException when the token is refused
   * @example
   * const { user } = await this.authenticator.authenticateToken(message.token, { scopes: 'orders:read' });
   */
  async authenticateToken(
    token: string,
    requirement?: JwtRequirement,
    options?: AuthenticateTokenOptions,
  ): Promise<ContextOf<T>> {
    const { request, csrfToken } = readTokenOptions(options);
    const required = requirement === undefined ? ACCESS_TOKEN : settleRequirement(requirement);
    return (await this.authenticateAs(token, required, request, csrfToken)) as ContextOf<T>;
  }

  /**
   * The same with a requirement that is settled.
   *
   * @internal
   */
  async authenticateAs(
    token: string,
    required: SettledRequirement,
    request: HttpRequest | undefined,
    csrfToken?: string,
  ): Promise<JwtContext> {
    const found = { rawToken: token, location: 'transport' } as const;
    const call = { request: request as HttpRequest, handler: null, controller: null };
    const authentication = new Authentication(call, required, found, this.dependencies);
    authentication.csrfValue = csrfToken ?? null;
    await this.responder.run(() => this.checks.run(authentication), request, required.realm);
    return this.contextToHold(authentication);
  }

  /**
   * For a handshake: checks its token before there is a client. Returns `null` for an anonymous one where the token is optional.
   *
   * @throws JwtExtendedException with its final response
   * @internal
   */
  async admitHandshake(request: HandshakeRequest, requirement: SettledRequirement): Promise<JwtContext | null> {
    const passed = await this.responder.run(
      async () => {
        const found = this.find(request, requirement);
        if (found === null) return null;
        const call = { request, handler: null, controller: null };
        const authentication = new Authentication(call, requirement, found, this.dependencies);
        await this.checks.run(authentication);
        return authentication;
      },
      request,
      requirement.realm,
    );
    return passed === null ? null : this.contextToHold(passed);
  }

  /**
   * For a client whose handshake was accepted: holds its token, and remembers it for `getJwtContext(client)`.
   *
   * @internal
   */
  letIn(client: object, admissions: readonly Admission[]): void {
    for (const admission of admissions) {
      this.results.storeAdmission(client, admission);
      if (admission.context !== null) this.held.set(client, this.held.get(client) ?? admission.context);
    }
  }

  /**
   * Replaces the token of a connection, for its next messages and for `getJwtContext(client)`.
   *
   * @internal
   */
  hold(client: object, context: JwtContext): void {
    this.held.set(client, context);
    this.results.replaceContext(client, context);
  }

  /**
   * For the guard: accepts a call, or throws the exception of its transport. Returns a promise only if a check must wait.
   *
   * @internal
   */
  admit(context: ExecutionContext): Awaitable<boolean> {
    const requirement = this.requirementOf(context);
    this.calls?.begin(context);
    if (requirement === null) return this.admitToOpenHandler(context);
    const call = callOf(context, this.transports);
    if (this.results.isMet(call, requirement)) return true;
    const running = call.isParallel ? this.results.runningCheck(call, requirement) : undefined;
    if (running !== undefined) return this.admitAfter(running, context, call, requirement);
    try {
      const checked = this.check(call, requirement);
      if (isDecided(checked)) return true;
      if (call.isParallel) this.results.addRunning(call, requirement, checked);
      return checked.then(
        () => true,
        (error: unknown) => this.refuse(error, call, requirement),
      );
    } catch (error) {
      return this.refuse(error, call, requirement);
    }
  }

  /** Takes over the result of the same check for another handler of the call. */
  private admitAfter(
    running: Promise<unknown>,
    context: ExecutionContext,
    call: HandlerCall,
    requirement: SettledRequirement,
  ): Promise<boolean> {
    return running.then(
      () => this.admit(context),
      (error: unknown) => this.refuse(error, call, requirement),
    );
  }

  private requirementOf(context: ExecutionContext): SettledRequirement | null {
    return this.routes.of(context.getHandler(), context.getClass());
  }

  private admitToOpenHandler(context: ExecutionContext): true {
    this.calls?.settleAnonymous(context);
    const transport = hasOneModule() ? null : this.transports.find(context);
    if (transport !== null) this.results.hideOtherModules(transport.keyOf(context), context);
    return true;
  }

  /** Finds the token, verifies and checks it, loads its user (`CHECKS` lists these steps), and remembers the result. */
  private check(call: HandlerCall, requirement: SettledRequirement): Awaitable<Authentication | null> {
    if (isExempt(call.context, call.request.method)) return null;
    if (call.holdsToken) return this.checkOnConnection(call, requirement);
    const found = this.find(call, requirement);
    if (found === null) return this.results.storeAnonymous(call, requirement);
    const authentication = new Authentication(call, requirement, found, this.dependencies);
    const checked = this.checks.run(authentication);
    if (isPromise(checked)) return checked.then(() => this.results.store(call, authentication));
    return this.results.store(call, authentication);
  }

  /** Checks the token that the connection was let in with. Without one, verifies the token of the handshake and holds it. */
  private checkOnConnection(call: HandlerCall, requirement: SettledRequirement): Awaitable<Authentication | null> {
    const held = this.held.find(call.key, requirement);
    if (held === null) return this.checkHandshake(call, requirement);
    const found = { rawToken: held.token, location: held.location };
    const authentication = new Authentication(call, requirement, found, this.dependencies);
    const checked = this.checks.runAfterVerification(authentication, this.held.currentToken(held));
    return after(checked, () => {
      authentication.reuse(held);
      return this.results.store(call, authentication);
    });
  }

  private checkHandshake(call: HandlerCall, requirement: SettledRequirement): Awaitable<Authentication | null> {
    const found = this.find(call, requirement);
    if (found === null) return this.results.storeAnonymous(call, requirement);
    const authentication = new Authentication(call, requirement, found, this.dependencies);
    return after(this.checks.run(authentication), () => {
      // A location that only one handler names is not one for the other handlers.
      const isForAll = requirement.locations === null && this.held.get(call.key) === undefined;
      if (isForAll) this.held.set(call.key, this.contextToHold(authentication));
      return this.results.store(call, authentication);
    });
  }

  private contextToHold({ context, verified }: Authentication): JwtContext {
    this.held.remember(context, verified as SignedToken);
    return context;
  }

  /** A request without a token is anonymous where the token is optional. A bad token is refused everywhere. */
  private find(from: HandlerCall | HandshakeRequest, requirement: SettledRequirement): FoundToken | null {
    const request = from instanceof HandshakeRequest ? from : from.request;
    const token = canHaveOwnToken(request, requirement) ? from.token : null;
    if (token !== null && token !== '') return { rawToken: token, location: 'transport' };
    try {
      return findToken(request, requirement, this.settings);
    } catch (error) {
      if (requirement.optional && error instanceof MissingTokenException) return null;
      throw error;
    }
  }

  /** Throws the error with its final response, at once or after a callback has returned it. */
  private refuse(error: unknown, call: HandlerCall, { realm }: SettledRequirement): Promise<never> {
    // So that an exception filter can read the current user: there is none.
    this.calls?.settleAnonymous(call.context);
    const settled = this.responder.settle(error, call.request, realm);
    if (!isPromise(settled)) throw call.refusalOf(settled);
    return settled.then((late) => {
      throw call.refusalOf(late);
    });
  }
}

const ACCESS_TOKEN = settleRequirement();

/** A token of the transport is in no location that a route names. In a handshake it stands for the header. */
function canHaveOwnToken(request: HttpRequest, { locations }: SettledRequirement): boolean {
  return locations === null || (request instanceof HandshakeRequest && locations.includes('headers'));
}

const readTokenOptions = callOptions<AuthenticateTokenOptions>('authenticateToken', { request: true, csrfToken: true });

/** True only for a finished result. Every other value is awaited before the guard lets the request in. */
function isDecided(checked: Awaitable<Authentication | null>): checked is Authentication | null {
  return checked === null || checked instanceof Authentication;
}
