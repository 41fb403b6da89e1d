import type { ExecutionContext } from '@nestjs/common';
import { carrierOf } from '../transports/carrier.js';
import type { JoseHeader, JwtPayload } from '../types/claims.js';
import type { SettledRequirement, TokenLocation } from '../types/requirement.js';
import { ExistingObject, SlotMap } from '../types/slot-map.js';
import { markVerified } from '../types/verified-payload.js';

/** What a guard found out about a request. */
export interface JwtContext<User = unknown> {
  /** The token itself. */
  readonly token: string;
  /** Its JOSE header, frozen. */
  readonly header: JoseHeader;
  /** Its claims, frozen. */
  readonly payload: JwtPayload;
  /** Where it was. */
  readonly location: TokenLocation;
  /** What `userLookup` answered; `undefined` without a lookup. */
  readonly user?: User | undefined;
  /** The identity claim's value; where it is left out, `sub`. */
  readonly identity?: unknown;
}

/** A request a guard has answered for: with a token, or as anonymous (`null`) on an optional route. */
export interface Remembered {
  readonly context: JwtContext | null;
  /** What it was checked against; `null` where a test has set it. */
  readonly requirement: SettledRequirement | null;
}

const MEMORY = Symbol.for('nestjs-jwt-extended.contexts');

/** Where a request keeps what a guard has found out about it. */
class RequestSlot extends ExistingObject {
  #remembered: Remembered;

  constructor(request: object, remembered: Remembered) {
    super(request);
    this.#remembered = remembered;
  }

  static get(request: object): Remembered | undefined {
    return #remembered in request ? request.#remembered : undefined;
  }

  static set(request: object, remembered: Remembered): void {
    if (#remembered in request) request.#remembered = remembered;
    else new RequestSlot(request, remembered);
  }
}

// One for the process, whichever copy of this package (ESM or CommonJS) writes or reads it.
const host = globalThis as { [MEMORY]?: WeakMap<object, Remembered> };
const contexts = (host[MEMORY] ??= new SlotMap(RequestSlot));

/** What the guard found for this request; `undefined` where no guard ran, `null` for an anonymous request. */
export function rememberedContext(contextOrRequest: object): JwtContext | null | undefined {
  return contexts.get(carrierOf(contextOrRequest))?.context;
}

/**
 * The token a request was let in with, for your own guards and interceptors: `null` on an optional route without a
 * token, and where no check ran.
 */
export function getJwtContext<User = unknown>(contextOrRequest: ExecutionContext | object): JwtContext<User> | null {
  return (rememberedContext(contextOrRequest) ?? null) as JwtContext<User> | null;
}

/** What a test has to say about a token: what it leaves out is that of an ordinary access token. */
export interface JwtContextLike extends Partial<Omit<JwtContext, 'payload'>> {
  /** Its claims. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
}

/** Remembers a token for a request as the guard does: for tests that replace the guard. `null`: an anonymous request. */
export function setJwtContext(contextOrRequest: ExecutionContext | object, context: JwtContextLike | null): void {
  remember(contextOrRequest, { context: context && complete(context), requirement: null });
}

function complete({ payload, ...context }: JwtContextLike): JwtContext {
  const claims = Object.freeze({ type: 'access', fresh: false, jti: null, ...payload }) as JwtPayload;
  const header = context.header ?? Object.freeze({ alg: '' });
  // So that rotate(), revoke() and the option "session" accept the payload as a reference.
  markVerified(claims, header);
  return Object.freeze({ token: '', location: 'headers', ...context, header, payload: claims });
}

/** Remembers what a request was let in with, and under which requirement. */
export function remember(contextOrRequest: object, remembered: Remembered): void {
  contexts.set(carrierOf(contextOrRequest), remembered);
}

/** Whether this request has met this very requirement already: with a guard both global and bound by hand. */
export function hasMet(request: object, requirement: SettledRequirement): boolean {
  return contexts.get(carrierOf(request))?.requirement === requirement;
}
