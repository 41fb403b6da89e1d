import { Concealed } from './types/concealed.js';
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
import { ErrorResponder } from './errors/error-responder.js';
import { JwtExtendedException } from './errors/jwt-extended.exception.js';
import { refusalBody } from './errors/refusal-body.js';
import type { Transport } from './transports/transport.js';
import { Transports } from './transports/transports.js';
import { isPromise } from './types/awaitable.js';

/**
 * Sends the answer that a `JwtExtendedException` carries, wherever in the application it was thrown. A filter of the
 * application for the same exceptions replaces it.
 */
@Catch(JwtExtendedException)
@Concealed()
export class JwtExceptionFilter extends BaseExceptionFilter implements ExceptionFilter {
  /** @internal */
  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
    @Inject(Transports) private readonly transports: Transports,
  ) {
    super();
  }

  /**
   * Over HTTP it sends the answer. To a message of a microservice it returns the error as an Observable, as Nest expects
   * of a filter there. Elsewhere it throws the exception on, in the form of the transport.
   */
  override catch(exception: JwtExtendedException, host: ArgumentsHost): Observable<never> | void {
    const transport = this.transports.find(host);
    if (transport?.answer === undefined) return passOn(transport?.refuse?.(exception, host) ?? exception, host);
    if (this.isSettled(exception, host, transport)) this.send(exception, host, transport);
  }

  /** `false` if the answer comes later, or if a callback failed and Nest has answered. */
  private isSettled(exception: JwtExtendedException, host: ArgumentsHost, transport: Transport): boolean {
    try {
      const settled = this.responder.settle(exception, transport.requestOf(host));
      if (!isPromise(settled)) return true;
      settled.then(
        () => this.send(exception, host, transport),
        (error: unknown) => super.catch(error, host),
      );
    } catch (error) {
      super.catch(error, host);
    }
    return false;
  }

  private send(exception: JwtExtendedException, host: ArgumentsHost, transport: Transport): void {
    transport.answer?.(exception, host, this.adapterHost.httpAdapter);
  }
}

/** In a microservice a filter that throws leaves the caller without any answer. */
function passOn(refusal: unknown, host: ArgumentsHost): Observable<never> {
  if (host.getType() === 'rpc') return throwError(() => rpcError(refusal));
  throw refusal;
}

/** What a client of a microservice receives: the content of an `RpcException`, or the same object for our exceptions. */
function rpcError(refusal: unknown): unknown {
  const { getError } = refusal as { getError?: () => unknown };
  if (typeof getError === 'function') return getError.call(refusal);
  return refusal instanceof JwtExtendedException ? refusalBody(refusal) : refusal;
}
