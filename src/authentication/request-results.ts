import type { ExecutionContext } from '@nestjs/common';
import {
  findResult,
  isFor,
  latestResult,
  storeResult,
  type CheckResult,
  type HandlerOfClass,
} from '../context/request-memory.js';
import type { CurrentCalls } from '../context/current-calls.js';
import type { Settings } from '../options/settings.js';
import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import { ExistingObject, SlotMap } from '../types/slot-map.js';
import type { Authentication } from './authentication.js';
import type { HandlerCall } from './handler-call.js';

/** An accepted handshake, for one gateway. */
export interface Admission extends HandlerOfClass {
  readonly requirement: SettledRequirement;
  /** `null` for an anonymous connection. */
  readonly context: JwtContext | null;
}

/**
 * The results of one module for requests. A result counts only for the module that checked. Another module can have another
 * secret, so it checks again.
 */
export class RequestResults {
  /** The checks that have not finished, of calls whose handlers run in parallel. */
  private readonly running = new WeakMap<object, Map<SettledRequirement, Promise<unknown>>>();
  /** How many they are. Mostly none, because a check waits only for a store, a key or a callback. */
  private runningCount = 0;

  /** `calls` is for `JwtContextService`; `null` without the option `asyncContext`. */
  constructor(
    private readonly settings: Settings,
    private readonly calls: CurrentCalls | null,
  ) {}

  /** The unfinished check of the same requirement, for another handler of the same call. */
  runningCheck({ key }: HandlerCall, requirement: SettledRequirement): Promise<unknown> | undefined {
    return this.runningCount === 0 ? undefined : this.running.get(key)?.get(requirement);
  }

  addRunning({ key }: HandlerCall, requirement: SettledRequirement, check: Promise<unknown>): void {
    const checks = this.running.get(key) ?? new Map<SettledRequirement, Promise<unknown>>();
    this.running.set(key, checks.set(requirement, check));
    this.runningCount++;
    const remove = (): void => {
      checks.delete(requirement);
      this.runningCount--;
    };
    check.then(remove, remove);
  }

  /**
   * Whether this module has checked the same requirement for the same call. The guards of a call all ask: the global one,
   * that of `@JwtRequired()`, and one bound by hand. So do the resolvers of one GraphQL request.
   */
  isMet(call: HandlerCall, requirement: SettledRequirement): boolean {
    const latest = latestResult(call.key);
    if (latest === undefined) return false;
    if (!call.isOneCall) return this.metIn(call)?.requirement === requirement;
    if (this.isOwn(latest) && latest.requirement === requirement && isFor(latest, call)) return true;
    const met = findResult(call.key, (result) => this.isOwn(result) && result.requirement === requirement);
    if (met === null) return false;
    if (!isFor(met, call)) storeResult(call.key, new Result(this.settings, call, requirement, met.context));
    return true;
  }

  /** Stores the result after all checks have passed. The application cannot see the token before. */
  store(call: HandlerCall, authentication: Authentication): Authentication {
    const { requirement, user } = authentication;
    if (call.isOneCall) storeResult(call.key, authentication);
    else this.storeOnConnection(call, requirement, authentication.context);
    this.calls?.settle(call.context, authentication.context);
    this.setUser(call, this.settings.callbacks.userLookup === undefined ? authentication.payload : user);
    return authentication;
  }

  /** A second check that finds no token, where it is optional, does not replace what the first one found. */
  storeAnonymous(call: HandlerCall, requirement: SettledRequirement): null {
    this.calls?.settleAnonymous(call.context);
    const isSecond = call.isOneCall || this.metIn(call) !== null;
    if (isSecond && findResult(call.key, (result) => this.counts(result, call)) !== null) return null;
    if (call.isOneCall) storeResult(call.key, new Result(this.settings, call, requirement, null));
    else this.storeOnConnection(call, requirement, null);
    this.setUser(call, null);
    return null;
  }

  /** Stores the result of a handshake for its client. */
  storeAdmission(client: object, admission: Admission): void {
    storeResult(client, new Result(this.settings, admission, admission.requirement, admission.context));
  }

  /** Replaces the token of a connection for `getJwtContext(client)`. */
  replaceContext(client: object, context: JwtContext): void {
    const latest = findResult(client, (result) => this.isOwn(result));
    if (latest !== null) storeResult(client, new Result(this.settings, latest, latest.requirement, context));
  }

  /** A handler without a requirement must not see a token that only another module has checked. */
  hideOtherModules(key: object, context: ExecutionContext): void {
    const latest = latestResult(key);
    if (latest === undefined || this.isOwn(latest) || isOfTest(latest)) return;
    const handler = { handler: context.getHandler(), controller: context.getClass() };
    storeResult(key, new Result(this.settings, handler, null, undefined));
  }

  /** Stores no arguments of the call, because a connection can be idle for hours. */
  private storeOnConnection(call: HandlerCall, requirement: SettledRequirement, context: JwtContext | null): void {
    const result = new Result(this.settings, call, requirement, context);
    storeResult(call.key, result);
    metInCall.set(call.context, result);
  }

  /** The result of this module for a call of a connection. */
  private metIn({ context }: HandlerCall): CheckResult | null {
    const met = metInCall.get(context);
    return met !== undefined && this.isOwn(met) ? met : null;
  }

  private counts(result: CheckResult, call: HandlerCall): boolean {
    return (this.isOwn(result) || isOfTest(result)) && isFor(result, call) && result.context !== undefined;
  }

  private isOwn(result: CheckResult): boolean {
    return result.checker === this.settings;
  }

  private setUser({ request }: HandlerCall, user: unknown): void {
    const { requestProperty } = this.settings;
    if (requestProperty !== null) (request as unknown as Record<string, unknown>)[requestProperty] = user;
  }
}

/** The private field of a context with the result of its call. */
class MetField extends ExistingObject {
  #met: CheckResult;

  constructor(key: ExecutionContext, met: CheckResult) {
    super(key);
    this.#met = met;
  }

  static get(key: ExecutionContext): CheckResult | undefined {
    return #met in key ? key.#met : undefined;
  }

  static set(key: ExecutionContext, met: CheckResult): void {
    if (#met in key) key.#met = met;
    else new MetField(key, met);
  }
}

/** The results of the calls of connections. The key of a connection outlives its calls. */
const metInCall = new SlotMap<ExecutionContext, CheckResult>(MetField);

/** A result without the state of the checks. */
class Result implements CheckResult {
  readonly handler: object | null;
  readonly controller: object | null;
  earlier: CheckResult | null = null;

  constructor(
    readonly checker: object,
    { handler, controller }: HandlerOfClass,
    readonly requirement: SettledRequirement | null,
    readonly context: JwtContext | null | undefined,
  ) {
    this.handler = handler;
    this.controller = controller;
  }
}

/** Whether a test set the result with `setJwtContext()`. */
function isOfTest({ checker }: CheckResult): boolean {
  return checker === null;
}
