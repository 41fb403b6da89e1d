import type { ExecutionContext, Type } from '@nestjs/common';
import { methodOf } from '../routes/handler-names.js';
import { CONNECTION_METHOD } from '../routes/nest-metadata.js';
import type { HandshakeRequest } from '../transports/handshake-request.js';

/** The context of a handshake. There is no client yet, so its only argument is the request. */
export class ConnectContext implements ExecutionContext {
  private readonly args: readonly unknown[];

  constructor(
    private readonly gateway: Type,
    request: HandshakeRequest | null,
  ) {
    this.args = request === null ? [] : [request];
  }

  getClass<T>(): Type<T> {
    return this.gateway as Type<T>;
  }

  getHandler(): ReturnType<ExecutionContext['getHandler']> {
    return methodOf(this.gateway, CONNECTION_METHOD) ?? this.gateway;
  }

  getArgs<T extends unknown[]>(): T {
    return [...this.args] as T;
  }

  getArgByIndex<T>(index: number): T {
    return this.args[index] as T;
  }

  getType<T extends string>(): T {
    return 'ws' as T;
  }

  switchToHttp(): ReturnType<ExecutionContext['switchToHttp']> {
    const read = (index: number) => () => this.getArgByIndex<never>(index);
    return { getRequest: read(0), getResponse: read(1), getNext: read(2) };
  }

  switchToWs(): ReturnType<ExecutionContext['switchToWs']> {
    const read = (index: number) => () => this.getArgByIndex<never>(index);
    return { getClient: read(0), getData: read(1), getPattern: () => CONNECTION_METHOD };
  }

  switchToRpc(): ReturnType<ExecutionContext['switchToRpc']> {
    const read = (index: number) => () => this.getArgByIndex<never>(index);
    return { getData: read(0), getContext: read(1) };
  }
}
