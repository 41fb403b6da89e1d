import type { JwtErrorCode } from './exception-table.js';
import type { JwtExtendedException } from './jwt-extended.exception.js';

/** What the caller of a socket or a microservice receives when a token is refused. */
export interface JwtRefusal {
  readonly status: 'error';
  /** The code of the exception, such as `JWT_EXPIRED`. */
  readonly code: JwtErrorCode;
  readonly message: string;
}

/** The body of a refusal on sockets and in microservices. Its message contains no text of the token. */
export function refusalBody({ code, message }: JwtExtendedException): JwtRefusal {
  return { status: 'error', code, message };
}
