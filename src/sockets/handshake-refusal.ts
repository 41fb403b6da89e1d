import { HttpException } from '@nestjs/common';
import { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import { textOfThrown } from '../types/thrown-value.js';

/** The answer to a refused handshake. */
export interface HandshakeRefusal {
  readonly message: string;
  /** For socket.io. */
  readonly data: Readonly<Record<string, unknown>>;
  /** For `ws`, which answers before the upgrade. */
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const logger = new OwnLogger();

/** The refusal for what a check of a handshake threw. An error of the application is logged, and the client sees nothing of it. */
export function refusalOf(error: unknown): HandshakeRefusal {
  if (error instanceof JwtExtendedException) {
    const { code, message, headers } = error;
    return { message, data: { code, message }, ...answerOf(error.getStatus(), error.getResponse(), headers) };
  }
  if (error instanceof HttpException) {
    const { message } = error;
    return { message, data: { message }, ...answerOf(error.getStatus(), bodyOf(error)) };
  }
  logger.error(`The check of a handshake failed: ${textOfThrown(error)}`);
  const message = 'Internal server error';
  return { message, data: { message }, ...answerOf(500, { statusCode: 500, message }) };
}

/** As Nest answers. */
function bodyOf(error: HttpException): unknown {
  const response = error.getResponse();
  return typeof response === 'string' ? { statusCode: error.getStatus(), message: response } : response;
}

/** A text is sent as it is, everything else as JSON. */
function answerOf(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Pick<HandshakeRefusal, 'status' | 'body' | 'headers'> {
  const isText = typeof body === 'string';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return {
    status,
    body: isText ? body : JSON.stringify(body),
    // `ws` has a header of this name, which these replace.
    headers: hasType ? { ...headers } : { 'Content-Type': type, ...headers },
  };
}
