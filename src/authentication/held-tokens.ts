import { Injectable } from '@nestjs/common';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';

/**
 * The tokens that connections were let in with. The guard judges the messages of a connection by its token, without the
 * signature. A token is held as long as the application has the connection.
 */
@Injectable()
@Concealed()
export class HeldTokens {
  private readonly contexts = new WeakMap<object, JwtContext>();

  /** The token of a connection. `client` is the key of the transport: the socket. `undefined` without a token. */
  get(client: object): JwtContext | undefined {
    return this.contexts.get(client);
  }

  /** Holds a token for a connection, in place of an earlier one. */
  set(client: object, context: JwtContext): void {
    this.contexts.set(client, context);
  }
}
