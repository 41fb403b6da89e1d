import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import { ExistingObject, SlotMap } from '../types/slot-map.js';

/** The result of a check, for one handler and from one module. */
export interface CheckResult {
  /** The settings of the module that checked. `null` if a test set the context. */
  readonly checker: object | null;
  /** The handler of the check. `null` for every handler of the request. */
  readonly handler: object | null;
  /** The class of the handler, because controllers can inherit the same handler. */
  readonly controller: object | null;
  /** The requirement of the handler. */
  readonly requirement: SettledRequirement | null;
  /** `null` if the request is anonymous. `undefined` if the handler has no requirement, so no check ran. */
  readonly context: JwtContext | null | undefined;
  /** The result before this one, for another handler or by another module. */
  earlier: CheckResult | null;
}

/** A handler, and the class whose handler it is. */
export type HandlerOfClass = Pick<CheckResult, 'handler' | 'controller'>;

const MEMORY = Symbol.for('nestjs-jwt-extended.contexts');

/** The private field of a key, such as a request, with its results. The latest is first. */
class ResultField extends ExistingObject {
  #latest: CheckResult;

  constructor(key: object, result: CheckResult) {
    super(key);
    this.#latest = result;
  }

  static get(key: object): CheckResult | undefined {
    return #latest in key ? key.#latest : undefined;
  }

  static set(key: object, result: CheckResult): void {
    if (#latest in key) key.#latest = result;
    else new ResultField(key, result);
  }
}

// One for the process: both copies of this package (ESM and CommonJS) read and write it.
const host = globalThis as { [MEMORY]?: WeakMap<object, CheckResult> };
const memory = (host[MEMORY] ??= new SlotMap(ResultField));

/** The latest result for a key, for any handler and module. `undefined` if no guard ran. */
export function latestResult(key: object): CheckResult | undefined {
  return memory.get(key);
}

/** The latest result that matches, or `null`. */
export function findResult(key: object, matches: (result: CheckResult) => boolean): CheckResult | null {
  for (let result = memory.get(key) ?? null; result !== null; result = result.earlier)
    if (matches(result)) return result;
  return null;
}

/** Whether a result counts for a handler. */
export function isFor(result: CheckResult, { handler, controller }: HandlerOfClass): boolean {
  return result.handler === null || (result.handler === handler && result.controller === controller);
}

/** Stores a result. It replaces an earlier one of the same module for the same handler. */
export function storeResult(key: object, result: CheckResult): void {
  const latest = memory.get(key);
  result.earlier = latest === undefined ? null : withoutOldResult(latest, result);
  memory.set(key, result);
}

function withoutOldResult(list: CheckResult | null, result: CheckResult): CheckResult | null {
  if (list === null) return null;
  const isOld =
    list.checker === result.checker && list.handler === result.handler && list.controller === result.controller;
  if (isOld) return list.earlier;
  list.earlier = withoutOldResult(list.earlier, result);
  return list;
}

/** Stores a result and removes all others of the key. */
export function replaceResults(key: object, result: CheckResult): void {
  memory.set(key, result);
}
