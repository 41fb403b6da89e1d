import type { JwtContext } from '../types/jwt-context.js';
import type { SettledRequirement } from '../types/requirement.js';
import { ExistingObject, SlotMap } from '../types/slot-map.js';

/** What was found out about a request, for one handler and by one module. */
export interface CheckResult {
  /** The settings of the module that checked; `null` where a test set the context. */
  readonly checker: object | null;
  /** The handler that it was checked for; `null`: every handler of the request. */
  readonly handler: object | null;
  /** Its class: controllers can share a handler that they inherit. */
  readonly controller: object | null;
  /** What the handler asks for. */
  readonly requirement: SettledRequirement | null;
  /** `null`: the request is anonymous. `undefined`: the handler asks for nothing, so nothing was checked. */
  readonly context: JwtContext | null | undefined;
  /** The result before this one, for another handler or by another module. */
  earlier: CheckResult | null;
}

/** A handler, and the class whose handler it is. */
export type HandlerOfClass = Pick<CheckResult, 'handler' | 'controller'>;

const MEMORY = Symbol.for('nestjs-jwt-extended.contexts');

/** The private field of a key (a request, say) that holds its results, the latest first. */
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

/** The latest result for a key, of any handler and module; `undefined` if no guard ran. */
export function latestResult(key: object): CheckResult | undefined {
  return memory.get(key);
}

/** The first result that matches, the latest first; `null` without one. */
export function findResult(key: object, matches: (result: CheckResult) => boolean): CheckResult | null {
  for (let result = memory.get(key) ?? null; result !== null; result = result.earlier)
    if (matches(result)) return result;
  return null;
}

/** Whether a result counts for a handler. */
export function isFor(result: CheckResult, { handler, controller }: HandlerOfClass): boolean {
  return result.handler === null || (result.handler === handler && result.controller === controller);
}

/** Remembers a result. It replaces an earlier one of the same module for the same handler. */
export function remember(key: object, result: CheckResult): void {
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

/** Remembers a result and forgets all others of the key. */
export function rememberOnly(key: object, result: CheckResult): void {
  memory.set(key, result);
}
