import { AsyncLocalStorage } from 'node:async_hooks';
import type { ArgumentsHost, OnApplicationShutdown } from '@nestjs/common';
import { isObservable, Observable, type Subscriber } from 'rxjs';
import type { Transports } from '../transports/transports.js';
import { isPromise } from '../types/awaitable.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import { callInCls, runInCls, writeToCls, type ClsStore } from './cls-store.js';
import { beginOperation, callOfOperation, CurrentCall } from './current-call.js';

/**
 * The calls of one module, for `JwtContextService`. Code runs in its call, however often it awaits: the call is entered before
 * the guard, and the guard writes its result into it. A guard cannot enter it by `enterWith()`: messages of several users can
 * arrive in one read of a connection, and the next one would begin with the user of the one before.
 */
@Concealed()
export class CurrentCalls implements OnApplicationShutdown {
  private readonly storage = new AsyncLocalStorage<CurrentCall>();
  private cls: ClsStore | null = null;

  constructor(private readonly transports: Transports) {}

  /** Uses the store of nestjs-cls too. */
  useCls(cls: ClsStore): void {
    this.cls = cls;
  }

  /** The call of the running code. `undefined` outside of one. */
  get current(): CurrentCall | undefined {
    return this.storage.getStore() ?? callInCls(this.cls, this);
  }

  /** The call of an operation, such as a request. The guard finds it again by the same object. */
  of(operation: object): CurrentCall {
    return callOfOperation(operation, this) ?? beginOperation(operation, this);
  }

  /** Runs work in a call. */
  run<T>(call: CurrentCall, work: () => T): T {
    return this.storage.run(call, work);
  }

  /** Runs the handler of a message, and what its Observable does later, in a call of its own. */
  runMessage(type: 'ws' | 'rpc', handle: () => unknown): unknown {
    const call = new CurrentCall(this, type);
    const result = this.storage.run(call, handle);
    return isPromise(result) ? result.then((late: unknown) => this.bound(call, late)) : this.bound(call, result);
  }

  /** Runs work with a token. `null` makes it anonymous. */
  runWith<T>(context: JwtContext | null, work: () => T): T {
    const call = new CurrentCall(this, null);
    call.context = context;
    return runInCls(this.cls, call, () => this.storage.run(call, work));
  }

  /** The call of a handler after the guard. `found` is the token, for a call that the guard did not find. */
  settled(host: ArgumentsHost, found: JwtContext | null): CurrentCall {
    const call = this.find(host) ?? new CurrentCall(this, null);
    if (call.context === undefined) call.context = found;
    return call;
  }

  /** The Observable of a handler in its call, where Nest is in another call or in none. */
  follow(call: CurrentCall, handle: () => Observable<unknown>): Observable<unknown> {
    if (call === this.storage.getStore()) {
      writeToCls(this.cls, call);
      return handle();
    }
    const enter = (subscriber: Subscriber<unknown>) => {
      writeToCls(this.cls, call);
      return handle().subscribe(subscriber);
    };
    return new Observable((subscriber) => this.storage.run(call, enter, subscriber));
  }

  /**
   * For the guard: begins an operation that no middleware has begun, such as one of GraphQL over a socket. `enterWith()` is
   * safe for these, because each operation runs in promises of its own.
   */
  begin(host: ArgumentsHost): void {
    const transport = this.transports.find(host);
    if (transport?.operationOf === undefined || transport.runsInPromises !== true) return;
    const call = this.of(transport.operationOf(host));
    if (call !== this.storage.getStore()) this.storage.enterWith(call);
  }

  /** For the guard: stores the token of a call. */
  settle(host: ArgumentsHost, context: JwtContext): void {
    const call = this.find(host);
    if (call === undefined) return;
    call.context = context;
    if (call === this.storage.getStore()) writeToCls(this.cls, call);
  }

  /** For the guard: the call has no token. An earlier one of the same operation stays. */
  settleAnonymous(host: ArgumentsHost): void {
    const call = this.find(host);
    if (call !== undefined) call.context ??= null;
  }

  onApplicationShutdown(): void {
    // Node keeps a storage in use for ever, with all that it refers to.
    this.storage.disable();
  }

  /**
   * The call of a context. A request is found by its object: a middleware with a pool of connections may have gone on in the
   * call of another request.
   */
  private find(host: ArgumentsHost): CurrentCall | undefined {
    const operation = this.transports.find(host)?.operationOf?.(host);
    if (operation !== undefined) return callOfOperation(operation, this);
    const current = this.storage.getStore();
    return current?.type === (host as Partial<ArgumentsHost>).getType?.() ? current : undefined;
  }

  private bound(call: CurrentCall, result: unknown): unknown {
    if (!isObservable(result)) return result;
    return new Observable((subscriber) => this.storage.run(call, () => result.subscribe(subscriber)));
  }
}
