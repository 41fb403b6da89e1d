import type { JwtContext } from '../types/jwt-context.js';
import { ExistingObject, SlotMap } from '../types/slot-map.js';

/**
 * What `JwtContextService` knows of a request, message, operation or job. Work that outlives its request keeps this object,
 * so it holds the token and never the request.
 */
export class CurrentCall {
  /** `null` for an anonymous call. `undefined` until the guard has decided. */
  context: JwtContext | null | undefined = undefined;
  /** The call of another module for the same operation. */
  next: CurrentCall | null = null;

  /**
   * `owner` is the module of the call. `type` is the type of the execution context for a message, which has no object of its
   * own by which it could be found.
   */
  constructor(
    readonly owner: object,
    readonly type: string | null,
  ) {}
}

/** The private field of an operation, such as a request, with its calls. */
class CallField extends ExistingObject {
  #first: CurrentCall;

  constructor(operation: object, call: CurrentCall) {
    super(operation);
    this.#first = call;
  }

  static get(operation: object): CurrentCall | undefined {
    return #first in operation ? operation.#first : undefined;
  }

  static set(operation: object, call: CurrentCall): void {
    if (#first in operation) operation.#first = call;
    else new CallField(operation, call);
  }
}

const byOperation = new SlotMap(CallField);

/** The call of one module for an operation. */
export function callOfOperation(operation: object, owner: object): CurrentCall | undefined {
  let call = byOperation.get(operation);
  while (call !== undefined && call.owner !== owner) call = call.next ?? undefined;
  return call;
}

/** Creates the call of one module for an operation. */
export function beginOperation(operation: object, owner: object): CurrentCall {
  const call = new CurrentCall(owner, null);
  call.next = byOperation.get(operation) ?? null;
  byOperation.set(operation, call);
  return call;
}
