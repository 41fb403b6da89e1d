import type { ArgumentsHost } from '@nestjs/common';
import { of, throwError, type Observable } from 'rxjs';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import { refusalBody } from '../errors/refusal-body.js';
import { rejectMessage } from './rabbitmq.js';
import { messageOf, type RpcMessage } from './rpc-message.js';
import { grpcMetadataOf, type GrpcMetadata } from './rpc-metadata.js';

/** The status codes of gRPC for the codes of `extensions`: UNAUTHENTICATED, PERMISSION_DENIED and UNAVAILABLE. */
const GRPC_STATUS = { UNAUTHENTICATED: 16, FORBIDDEN: 7, SERVICE_UNAVAILABLE: 14 } as const;

/** The key of the metadata of a gRPC status with the code of the exception, such as `JWT_EXPIRED`. */
const GRPC_CODE = 'jwt-code';

const logger = new OwnLogger();

/** What the caller of a message receives: `{ status, code, message }`, or a status of gRPC. */
export function rpcBody(error: JwtExtendedException, host: ArgumentsHost): object {
  const metadata = grpcMetadataOf(host.getArgs<unknown[]>());
  if (metadata === null) return refusalBody(error);
  const { message } = error;
  const trailer = new (metadata.constructor as new () => GrpcMetadata)();
  trailer.set(GRPC_CODE, error.code);
  return { code: GRPC_STATUS[error.extensions.code], message, details: message, metadata: trailer };
}

/**
 * The answer of an exception filter to a message. An event has no caller, so its refusal is logged once, and ends as if it were
 * handled: an error would make Kafka deliver the event again.
 */
export function answerMessage(body: unknown, error: JwtExtendedException, host: ArgumentsHost): Observable<unknown> {
  const message = messageOf(host);
  if (message.refusals.has(error)) rejectMessage(message, host.getArgByIndex<unknown>(1));
  if (message.event !== null) {
    logOnce(message, error);
    return of(undefined);
  }
  return answerStreamCall(body, host) ? of(undefined) : throwError(() => body);
}

function logOnce(message: RpcMessage, { code }: JwtExtendedException): void {
  if (message.isLogged) return;
  message.isLogged = true;
  logger.warn(`The event ${message.event} was refused: ${code}.`);
}

/** The call of a handler with `@GrpcStreamCall()`. Nest does not pass errors of such a handler to the caller. */
function answerStreamCall(status: unknown, host: ArgumentsHost): boolean {
  const [call, callback] = host.getArgs<[{ emit?(event: 'error', status: unknown): void }, unknown]>();
  if (callback !== undefined && typeof callback !== 'function') return false;
  if (grpcMetadataOf([call]) === null) return false;
  if (typeof callback === 'function') (callback as (status: unknown) => void)(status);
  else call.emit?.('error', status);
  return true;
}
