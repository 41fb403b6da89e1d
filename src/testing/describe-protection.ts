import type { ExecutionContext, INestApplication } from '@nestjs/common';
import { callableHandlersOf, type CallableHandler } from '../access/describe-access.js';
import { nameOf, type DeclaredHandler } from '../access/handlers.js';
import { partsOf } from '../access/nest-application.js';
import { JwtAuthenticator } from '../authentication/jwt-authenticator.js';
import { METHOD, OPTIONS_METHOD } from '../routes/nest-metadata.js';
import { TokenService } from '../token.service.js';
import { isPromise } from '../types/awaitable.js';
import { accessLock } from './access-lock.js';
import { badRequestsFor, type BadRequest, type BadToken } from './bad-tokens.js';
import type { RequiredNames } from './claim-variants.js';
import { addressOf, isCallable, methodOf, statusOf } from './http-probe.js';
import { JwtTesting } from './jwt-testing.js';

/** Options of `describeProtection`. */
export interface ProtectionOptions {
  /**
   * The user of the tokens, as `createAccessToken()` takes it.
   *
   * @default 'tester'
   */
  identity?: unknown;
  /**
   * Further claims of the tokens, if a schema of the option `claims` requires them. The scopes and roles of an operation replace
   * those in here that it refuses.
   *
   * @default none
   * @example claims: { tenant: 'acme', role: 'reader' }
   */
  claims?: object | undefined;
  /**
   * The file of `accessLock()`, which is compared first. Without it, a handler whose decorator was removed counts as open.
   *
   * @default none
   */
  lock?: string | URL | undefined;
}

/** One request of `describeProtection`, which was refused. */
export interface ProtectionCall {
  /** The method and the path, such as `GET /notes/:id`. */
  readonly address: string;
  /** The class and the method of the handler. */
  readonly handler: string;
  /** What was wrong with the request. */
  readonly token: BadToken;
  /** The status of the answer. */
  readonly status: number;
}

/** What the guard decided about one request. */
interface Decision {
  readonly handler: object;
  readonly controller: object;
  isRefused: boolean;
}

/**
 * Calls every HTTP operation that requires a token with each kind of bad token: none, malformed, forged, unsigned, expired, revoked,
 * or of the wrong type. Also with tokens that are not fresh, or lack a scope, a role or the double submit value. Listens on a free
 * port if the application does not listen. A handler runs if its protection has a hole, so use data of a test.
 *
 * @returns the refused requests
 * @throws Error that names each request that was let in
 * @throws Error with the lines that differ from `lock`
 * @example
 * it('refuses every bad token', () => describeProtection(app, { lock: 'test/access.txt' }));
 */
export async function describeProtection(
  app: INestApplication,
  options: ProtectionOptions = {},
): Promise<readonly ProtectionCall[]> {
  if (options.lock !== undefined) accessLock(app, options.lock, { update: false });
  const base = await addressOf(app);
  const parts = partsOf(app, 'describeProtection');
  const tokens = app.get(TokenService, { strict: false });
  const handlers = callableHandlersOf(parts);
  const { identity = 'tester', claims: given = {} } = options;
  const jwt = new JwtTesting(tokens, parts.settings);
  const sources = { tokens, settings: parts.settings, jwt, identity, given: { ...given }, names: namesOf(handlers) };
  const watch = new GuardWatch(app.get(JwtAuthenticator, { strict: false }));
  const calls: ProtectionCall[] = [];
  const holes: string[] = [];
  try {
    for (const { handler, entry } of protectedHandlers(handlers)) {
      const { route } = entry;
      if (route === null || handler.requirement === null || !isCallable(parts.config)) continue;
      const operation = { ...sources, requirement: handler.requirement, method: methodOf(route) };
      for (const bad of await badRequests(operation)) {
        watch.forget();
        const status = await statusOf(base, route, parts.config, bad);
        const hole = watch.holeIn(handler, status);
        if (hole === null) calls.push(callOf(entry.address, handler, bad, status));
        else holes.push(`- ${entry.address} (${nameOf(handler)}), ${bad.kind}: ${hole}`);
      }
    }
  } finally {
    watch.stop();
  }
  if (holes.length > 0) throw new Error(`These requests were not refused by the guard:\n${holes.join('\n')}`);
  if (calls.length === 0) throw new Error('No HTTP operation of the application requires a token, so none was called.');
  return calls;
}

/** Nest runs handlers of `@Options()` without a token. */
function protectedHandlers(all: readonly CallableHandler[]): CallableHandler[] {
  return all.filter(({ handler }) => Reflect.getMetadata(METHOD, handler.method) !== OPTIONS_METHOD);
}

/** The scopes and roles that the operations of the application require. */
function namesOf(handlers: readonly CallableHandler[]): RequiredNames {
  const requirements = handlers.flatMap(({ handler: { requirement } }) => requirement ?? []);
  const scopes = requirements.flatMap((each) => [...each.scopes, ...each.anyScope]);
  return { scopes: [...new Set(scopes)], roles: [...new Set(requirements.flatMap(({ roles }) => roles))] };
}

async function badRequests(sources: Parameters<typeof badRequestsFor>[0]): Promise<BadRequest[]> {
  try {
    return await badRequestsFor(sources);
  } catch (cause) {
    const { identity, settings } = sources;
    const hint =
      settings.claims === null
        ? 'Pass a user of the application as the option identity.'
        : 'Pass a user as the option identity, and claims that the schema accepts as the option claims.';
    const text = `describeProtection() could not make a token for ${String(identity)}: ${(cause as Error).message} ${hint}`;
    throw new Error(text, { cause });
  }
}

function callOf(address: string, handler: DeclaredHandler, { kind }: BadRequest, status: number): ProtectionCall {
  return Object.freeze({ address, handler: nameOf(handler), token: kind, status });
}

/** The statuses with which a middleware can refuse a request before the guard: CSRF protection, limits of attempts. */
const BEFORE_GUARD = [403, 429];

/** Sees the decisions of the guard. The status alone does not show who refused a request. */
class GuardWatch {
  private decisions: Decision[] = [];

  constructor(private readonly authenticator: JwtAuthenticator) {
    const admit = authenticator.admit.bind(authenticator);
    authenticator.admit = (context: ExecutionContext) => {
      const decision = { handler: context.getHandler(), controller: context.getClass(), isRefused: true };
      this.decisions.push(decision);
      const admitted = admit(context);
      if (!isPromise(admitted)) {
        decision.isRefused = !admitted;
        return admitted;
      }
      return admitted.then((late) => {
        decision.isRefused = !late;
        return late;
      });
    };
  }

  forget(): void {
    this.decisions = [];
  }

  /** Removes the function of the instance, so that the one of the class is called again. */
  stop(): void {
    delete (this.authenticator as Partial<Pick<JwtAuthenticator, 'admit'>>).admit;
  }

  /** Why a request counts as let in; `null` if it was refused. */
  holeIn({ host }: DeclaredHandler, status: number): string | null {
    const own = this.decisions.filter(({ controller }) => controller === host.controller);
    const decided = own.length > 0 ? own : this.decisions;
    if (decided.some(({ isRefused }) => isRefused)) return status < 300 ? `answered ${status} after a refusal` : null;
    if (decided.length > 0) return `the guard let it in (${status})`;
    return BEFORE_GUARD.includes(status) ? null : `the guard was not asked (${status})`;
  }
}
