import { Concealed } from './types/concealed.js';
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { ErrorResponder } from './errors/error-responder.js';
import { JwtExtendedException } from './errors/jwt-extended.exception.js';
import { refusalBody } from './errors/refusal-body.js';
import type { Transport } from './transports/transport.js';
import { originalOf } from './transports/nest-exceptions.js';
import { answerMessage, rpcBody } from './transports/rpc-answer.js';
import { sendException } from './transports/socket-exception.js';
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
   * Over HTTP it sends the answer, and to a socket the event `exception`. To a message of a microservice it returns the error
   * as an Observable, as Nest expects of a filter there. Elsewhere it throws the exception on, in the form of the transport.
   */
  override catch(exception: Error, host: ArgumentsHost): Observable<unknown> | void {
    const original = originalOf(exception);
    if (original !== null) return passOn(exception, original, host);
    const own = exception as JwtExtendedException;
    const transport = this.transports.find(host);
    if (transport?.answer === undefined) return passOn(transport?.refuse?.(own, host) ?? own, own, host);
    if (this.isSettled(own, host, transport)) this.send(own, host, transport);
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
function passOn(refusal: unknown, original: JwtExtendedException, host: ArgumentsHost): Observable<unknown> | void {
  const { getError } = refusal as { getError?: () => unknown };
  const content = typeof getError === 'function' ? getError.call(refusal) : null;
  const type = host.getType();
  if (type === 'ws') return sendException(host.switchToWs().getClient(), content ?? refusalBody(original));
  if (type !== 'rpc') throw refusal;
  const body = refusal instanceof JwtExtendedException ? rpcBody(refusal, host) : (content ?? refusal);
  return answerMessage(body, original, host);
}
