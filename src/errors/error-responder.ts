import { validateHeaderName, validateHeaderValue } from 'node:http';
import { after, isPromise, type Awaitable } from '../types/awaitable.js';
import { checkedAnswer, type CallbackAnswer } from '../types/callback-answer.js';
import { memberOf } from '../types/members.js';
import type { HttpRequest } from '../types/http.js';
import { factsOf } from './brand.js';
import { withChallenge, type ChallengeSource } from './challenge.js';
import type { ErrorResponse } from './error-response.js';
import { bodyFrom, formatted, type ErrorFormat, type ErrorFormatCallback } from './error-format.js';
import type { ErrorResponseOption } from './exception-table.js';
import { JwtExtendedException } from './jwt-extended.exception.js';
import { ANSWER, CHALLENGE } from './settled-answer.js';

/**
 * A callback of the option `errorResponses`: returns the answer to an exception, or a promise or Observable of it. It is called
 * without a request where `TokenService` throws. If the exception reaches the filter, it is called again with the request.
 *
 * @example
 * const expired: ErrorResponseCallback = (error, request) => ({
 *   status: 401,
 *   body: { reason: error.code, text: translate(error.code, request?.headers['accept-language']) },
 * });
 */
export type ErrorResponseCallback = (
  error: JwtExtendedException,
  request?: HttpRequest,
) => CallbackAnswer<ErrorResponse>;

/** The options for the responses to errors. */
export interface ErrorSettings {
  readonly errorFormat: ErrorFormat | ErrorFormatCallback;
  /** The member with the message, in the shape `'flask'`. */
  readonly errorMessageKey: string;
  readonly errorResponses: Readonly<Partial<Record<ErrorResponseOption, ErrorResponseCallback>>>;
  /** The scheme of the challenge. */
  readonly challengeScheme: string;
  /** The realm of the challenge; `null`: none. */
  readonly realm: string | null;
}

/** Sets the final response of an exception before it leaves the library, so that any exception filter can send it. */
export class ErrorResponder {
  constructor(
    private readonly settings: ErrorSettings,
    /** Called with each exception that is about to get its final response. It can be called again for the same one. */
    private readonly report: ((error: JwtExtendedException) => void) | null = null,
  ) {}

  /**
   * Returns the same error. Sets the final response of an exception of the library, and does not change other errors.
   *
   * @param realm the realm of the route; by default that of the module
   */
  settle(error: unknown, request?: HttpRequest, realm?: string | null): Awaitable<unknown> {
    if (!(error instanceof JwtExtendedException) || this.isFinal(error, request)) return error;
    this.report?.(error);
    const { errorResponses, challengeScheme } = this.settings;
    const source = { scheme: challengeScheme, realm: realm ?? this.settings.realm };
    error[CHALLENGE] = source;
    const name = errorResponses[error.responseName] === undefined ? 'any' : error.responseName;
    const respond = errorResponses[name];
    if (respond === undefined) return this.settleByFormat(error, request, source);
    const response = checkedAnswer(respond(error, request), `errorResponses.${name}`, requireResponse);
    return after(response, (settled) => this.apply(error, settled, source, request === undefined ? this : null));
  }

  /** The default response of an exception: its own status and headers, with a body in the shape of the option. */
  private settleByFormat(
    error: JwtExtendedException,
    request: HttpRequest | undefined,
    source: ChallengeSource,
  ): Awaitable<unknown> {
    const { errorFormat, errorMessageKey } = this.settings;
    const facts = factsOf(error);
    const { status, code } = facts;
    if (typeof errorFormat !== 'function') {
      const { body, headers } = formatted(errorFormat, {
        status,
        code,
        message: error.message,
        messageKey: errorMessageKey,
      });
      return this.apply(error, { status, body, headers: { ...headersOf(facts), ...headers } }, source);
    }
    const body = bodyFrom(errorFormat, error, request);
    const withoutRequest = request === undefined ? this : null;
    return after(body, (settled) =>
      this.apply(error, { status, body: settled, headers: headersOf(facts) }, source, withoutRequest),
    );
  }

  /** Sets the response that a callback returned. `name` is its name in messages. @throws TypeError if it cannot be sent. */
  answerWith(error: JwtExtendedException, response: unknown, name: string): JwtExtendedException {
    const { challengeScheme: scheme, realm } = this.settings;
    this.report?.(error);
    return this.apply(error, requireResponse(response, name), { scheme, realm });
  }

  private isFinal(error: JwtExtendedException, request: HttpRequest | undefined): boolean {
    const answer = error[ANSWER];
    return answer !== undefined && (request === undefined || answer.withoutRequest !== this);
  }

  /** Runs work that can refuse a token. Its exceptions get their final response. */
  async run<T>(work: () => Awaitable<T>, request?: HttpRequest, realm?: string | null): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.settle(error, request, realm);
    }
  }

  /** The same for synchronous work. If a callback returns a promise, the filter calls it again and awaits it. */
  runSync<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const settled = this.settle(error);
      if (isPromise(settled)) settled.catch(() => undefined);
      throw error;
    }
  }

  private apply(
    error: JwtExtendedException,
    { status, body, headers }: ErrorResponse,
    source: ChallengeSource,
    withoutRequest: object | null = null,
  ): JwtExtendedException {
    const { challengeError } = factsOf(error);
    const all = withChallenge(headers ?? {}, status, source, challengeError, error);
    error[ANSWER] = { status, body, headers: all, withoutRequest };
    return error;
  }
}

/** An invalid response could not be sent, and the request would hang. So it throws here, as an error of the application. */
function requireResponse(answer: unknown, name: string): ErrorResponse {
  const response = answer as ErrorResponse | null | undefined;
  const status = response?.status;
  if (!response || !Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
    throw new TypeError(`${name} must return { status, body, headers? } with a status from 200 to 599.`);
  }
  for (const [header, value] of Object.entries(headersOf(response))) {
    validateHeaderName(header);
    validateHeaderValue(header, value);
  }
  const body = memberOf(response, 'body');
  if (typeof body !== 'string') JSON.stringify(body);
  return { status: Number(status), body, headers: headersOf(response) };
}

function headersOf(response: object): Readonly<Record<string, string>> {
  return (memberOf(response, 'headers') ?? {}) as Readonly<Record<string, string>>;
}
