import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { ErrorResponder } from './errors/error-responder.js';
import { JwtExtendedException } from './errors/jwt-extended.exception.js';
import { isPromise } from './types/awaitable.js';

/** Sends the answer a `JwtExtendedException` carries, wherever in the application it was thrown. */
@Catch(JwtExtendedException)
export class JwtExceptionFilter extends BaseExceptionFilter implements ExceptionFilter {
  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {
    super();
  }

  /** Outside HTTP the exception goes on to the transport's own filters. */
  override catch(exception: JwtExtendedException, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw exception;
    const settled = this.settle(exception, host);
    if (settled !== null) this.send(exception, host);
  }

  /** `null` where the answer comes later, or where a callback failed and Nest has answered. */
  private settle(exception: JwtExtendedException, host: ArgumentsHost): unknown {
    try {
      const settled = this.responder.settle(exception);
      if (!isPromise(settled)) return settled;
      settled.then(
        () => this.send(exception, host),
        (error: unknown) => super.catch(error, host),
      );
    } catch (error) {
      super.catch(error, host);
    }
    return null;
  }

  private send(exception: JwtExtendedException, host: ArgumentsHost): void {
    const adapter = this.adapterHost.httpAdapter;
    const response: unknown = host.switchToHttp().getResponse();
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(exception.headers)) adapter.setHeader(response, name, value);
    adapter.reply(response, exception.getResponse(), exception.getStatus());
  }
}
