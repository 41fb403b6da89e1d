import { validateHeaderName, validateHeaderValue } from 'node:http';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import type { ErrorResponse, ErrorResponseName } from './error-response.js';
import { JwtExtendedException } from './jwt-extended.exception.js';

/** A callback of `errorResponses`. */
export type ErrorResponseCallback = (error: JwtExtendedException) => Awaitable<ErrorResponse>;

/** What the answers depend on. */
export interface ErrorSettings {
  readonly errorMessageKey: string;
  readonly errorResponses: Readonly<Partial<Record<ErrorResponseName, ErrorResponseCallback>>>;
  /** The scheme a challenge names. */
  readonly challengeScheme: string;
}

/** Gives a failure its final answer before it leaves the library, so that whoever catches it can send it. */
export class ErrorResponder {
  constructor(private readonly settings: ErrorSettings) {}

  /** The same error with its answer settled; errors that are not ours pass as they are. */
  settle(error: unknown): Awaitable<unknown> {
    if (!(error instanceof JwtExtendedException) || error.isAnswered) return error;
    const respond = this.settings.errorResponses[error.responseName];
    return respond === undefined
      ? this.apply(error, null)
      : after(respond(error), (response) => this.apply(error, requireResponse(response, error.responseName)));
  }

  /** Runs something that may refuse a token; what it throws has its answer settled. */
  async run<T>(work: () => Awaitable<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.settle(error);
    }
  }

  /** The same where nothing can be waited for; an answer that comes late is asked for again by the filter. */
  runSync<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const settled = this.settle(error);
      if (isPromise(settled)) settled.catch(() => undefined);
      throw error;
    }
  }

  private apply(error: JwtExtendedException, response: ErrorResponse | null): JwtExtendedException {
    return error.settleAnswer(response, {
      messageKey: this.settings.errorMessageKey,
      scheme: this.settings.challengeScheme,
    });
  }
}

/** What could not be sent would leave the request without an answer: it has to fail here, as the application's own error. */
function requireResponse(response: ErrorResponse | null | undefined, name: ErrorResponseName): ErrorResponse {
  const status = response?.status;
  if (!response || !Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
    throw new TypeError(`errorResponses.${name} must return { status, body, headers? } with a status from 200 to 599.`);
  }
  for (const [header, value] of Object.entries(response.headers ?? {})) {
    validateHeaderName(header);
    validateHeaderValue(header, value);
  }
  if (typeof response.body !== 'string') JSON.stringify(response.body);
  return response;
}
