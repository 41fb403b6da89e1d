import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ExpiredTokenException } from '../errors/exceptions.js';
import type { JwtExceptionDetails, JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { validTimeOf } from '../tokens/verifying/claims.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import { Alarm } from './alarm.js';
import { DueHeap } from './due-heap.js';
import type { EndedTarget, LiveConnection } from './live-connection.js';
import { OpenConnection } from './open-connection.js';

export type { ConnectionKind, EndedTarget, LiveConnection } from './live-connection.js';

/** The live connections of this process that a token opened: sockets, GraphQL subscriptions and event streams. */
@Injectable()
@Concealed()
export class ConnectionRegistry implements OnApplicationShutdown {
  private readonly logger = new OwnLogger();
  private readonly bySubject = new Map<string, Set<OpenConnection>>();
  private readonly expiries = new DueHeap<OpenConnection>();
  private readonly alarm = new Alarm(() => this.endExpired());
  private readonly listeners = new Set<(target: EndedTarget) => void>();
  private isClosed = false;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /**
   * Registers what the token of a context opened. Returns a function that removes it; calling it twice does nothing. If the
   * token has ended meanwhile, `end` is called soon after.
   */
  add(context: JwtContext, connection: LiveConnection): () => void {
    const { subject, sid } = storeKeysOf(context.payload, this.settings);
    const open = new OpenConnection(connection, context, subject, sid);
    if (this.isClosed) return () => undefined;
    const connections = this.bySubject.get(subject) ?? new Set();
    this.bySubject.set(subject, connections.add(open));
    this.watchExpiry(open);
    return () => this.remove(open);
  }

  /** For transports that reach other processes: calls the listener when something here ends a session or a user. */
  onEnded(listener: (target: EndedTarget) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    this.alarm.clear();
    this.bySubject.clear();
    this.listeners.clear();
  }

  private watchExpiry(open: OpenConnection): void {
    const { expiresAt } = validTimeOf(open.context.payload);
    if (expiresAt === null) return;
    this.expiries.put(open, (expiresAt + this.settings.leeway) * 1000);
    this.alarm.set(this.expiries.nextAt - Date.now());
  }

  private endExpired(): void {
    const now = Date.now();
    for (let open = this.expiries.takeDue(now); open !== null; open = this.expiries.takeDue(now)) {
      this.end(open, new ExpiredTokenException(undefined, tokenOf(open)));
    }
    if (this.expiries.size > 0) this.alarm.set(this.expiries.nextAt - now);
  }

  private end(open: OpenConnection, error: JwtExtendedException): void {
    if (this.remove(open)) this.logger.protect('end() of a live connection', () => open.connection.end(error));
  }

  /** Returns whether the connection was open. */
  private remove(open: OpenConnection): boolean {
    const connections = this.bySubject.get(open.subject);
    if (connections?.delete(open) !== true) return false;
    if (connections.size === 0) this.bySubject.delete(open.subject);
    this.expiries.remove(open);
    if (this.expiries.size === 0) this.alarm.clear();
    return true;
  }
}

function tokenOf({ context: { payload, header } }: OpenConnection): JwtExceptionDetails {
  return { payload, header };
}
