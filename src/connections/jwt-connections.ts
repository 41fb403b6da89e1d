import { Inject, Injectable } from '@nestjs/common';
import { JwtAuthenticator } from '../authentication/jwt-authenticator.js';
import { ErrorResponder } from '../errors/error-responder.js';
import { InvalidTokenException } from '../errors/exceptions.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { ownerOf } from '../sessions/token-owner.js';
import { subjectOfSession } from '../stores/session-id.js';
import { validTimeOf } from '../tokens/verifying/claims.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { nodeRequestOf } from '../transports/node-request.js';
import { ownValue } from '../types/claims.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import { settleRequirement, type SettledRequirement } from '../types/requirement.js';
import { ConnectionRegistry } from './connection-registry.js';
import type { ConnectionKind } from './live-connection.js';
import type { OpenConnection } from './open-connection.js';

/** An open connection. Times are milliseconds since 1970. */
export interface ConnectionInfo {
  /** A socket, an operation of GraphQL, or a stream of server-sent events. */
  readonly kind: ConnectionKind;
  /** The session of its token; `null` without one. */
  readonly sid: string | null;
  /** The identity claim of its token. */
  readonly identity: unknown;
  /** When it was opened. */
  readonly openedAt: number;
  /** When its token expires; `null`: never. */
  readonly expiresAt: number | null;
}

const ACCESS_TOKEN = settleRequirement();

/** The sockets, GraphQL subscriptions and event streams of this process that a token opened. */
@Injectable()
@Concealed()
export class JwtConnections {
  /** @internal */
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ConnectionRegistry) private readonly registry: ConnectionRegistry,
    @Inject(JwtAuthenticator) private readonly authenticator: JwtAuthenticator,
    @Inject(ErrorResponder) private readonly responder: ErrorResponder,
  ) {}

  /**
   * Lets the connections of a client live on with a new token. It has to pass all checks of the token that opened them, and to
   * belong to the same session or user. The messages that follow are checked with the new token.
   *
   * @param client the socket, or the request of an event stream
   * @throws JwtExtendedException if the token is refused. The connections keep their old token.
   * @throws InvalidTokenException if the token belongs to another user.
   * @throws TypeError if no token has opened a connection of the client.
   * @example
   * await this.connections.renew(client, body.accessToken); // in a handler of a message
   */
  async renew(client: object, token: string): Promise<JwtContext> {
    // Fastify wraps the request of a stream.
    return this.renewFor(nodeRequestOf(client), token);
  }

  private async renewFor(client: object, token: string): Promise<JwtContext> {
    const [first] = this.requireOpen(client);
    let context: JwtContext | undefined;
    for (const requirement of this.requirementsOf(client)) {
      context = await this.authenticator.authenticateAs(token, requirement, first.connection.request);
    }
    const renewed = context as JwtContext;
    await this.responder.run(() => this.requireSameUser(first, renewed), first.connection.request);
    this.authenticator.hold(client, renewed);
    this.registry.renew(client, renewed);
    return renewed;
  }

  /** How many connections are open in this process. */
  count(): number {
    return this.registry.size;
  }

  /**
   * The connections of a user in this process, the oldest first.
   *
   * @param user as for `TokenService.revokeAllFor`: the user, the identity claim, or a verified token of the user
   * @throws TypeError if no token can belong to the user.
   */
  async list(user: unknown): Promise<ConnectionInfo[]> {
    const { subject } = await ownerOf(user, undefined, this.settings);
    const connections = [...this.registry.ofSubject(subject)];
    return connections.sort((one, other) => one.openedAt - other.openedAt).map((open) => this.describe(open));
  }

  /**
   * Ends the connections of a user, or of one session: `{ sid }`. They end as if the token was revoked. The token stays valid, so
   * revoke it too if the client must not come back. Sockets of other processes end if their adapter connects the processes.
   *
   * @param target a user, as for `list`, or `{ sid }`
   * @returns how many connections of this process have ended
   * @throws TypeError if no token can belong to the user.
   * @example
   * await this.connections.close({ sid: payload.sid as string });
   */
  async close(target: unknown): Promise<number> {
    if (!isSessionTarget(target)) {
      const { subject } = await ownerOf(target, undefined, this.settings);
      return this.registry.close({ subject });
    }
    const subject = subjectOfSession(target.sid);
    return subject === null ? 0 : this.registry.close({ sid: target.sid, subject });
  }

  private requireOpen(client: object): [OpenConnection, ...OpenConnection[]] {
    const [first, ...others] = this.registry.ofClient(client);
    if (first !== undefined) return [first, ...others];
    throw new TypeError(
      'JwtConnections.renew(): this client has no connection that a token opened. Pass the socket, or the request of an ' +
        'event stream, while it is open.',
    );
  }

  private requirementsOf(client: object): ReadonlySet<SettledRequirement> {
    const all = this.registry.ofClient(client).flatMap(({ connection }) => connection.requirements ?? []);
    return new Set(all.length === 0 ? [ACCESS_TOKEN] : all);
  }

  private requireSameUser({ token }: OpenConnection, { payload: claims, header }: JwtContext): void {
    const payload = signedPayloadOf(claims);
    const { subject, sid } = storeKeysOf(payload, this.settings);
    if (subject === token.keys.subject || (sid !== null && sid === token.keys.sid)) return;
    throw new InvalidTokenException('The token belongs to another user than the connection', { payload, header });
  }

  private describe({ connection, token, openedAt }: OpenConnection): ConnectionInfo {
    const { expiresAt } = validTimeOf(token.payload);
    return Object.freeze({
      kind: connection.kind,
      sid: token.keys.sid,
      identity: ownValue(token.payload, this.settings.identityClaim),
      openedAt,
      expiresAt: expiresAt === null ? null : expiresAt * 1000,
    });
  }
}

/** An object with the member `sid` alone. A user has further members. */
function isSessionTarget(target: unknown): target is { readonly sid: string } {
  if (typeof target !== 'object' || target === null) return false;
  return Object.keys(target).join() === 'sid' && typeof (target as { sid: unknown }).sid === 'string';
}
