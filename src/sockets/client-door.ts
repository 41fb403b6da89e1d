import type { WebSocketAdapter } from '@nestjs/common';
import type { Admission } from '../authentication/request-results.js';
import { InvalidTokenException } from '../errors/exceptions.js';
import { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { OwnLogger } from '../errors/own-logger.js';
import { handshakeOfUpgrade, rememberHandshake } from '../transports/handshakes.js';
import type { HttpRequest } from '../types/http.js';
import type { Door, ServerRules } from './door.js';
import { refusalOf } from './handshake-refusal.js';
import type { SocketAuthentication } from './socket-authentication.js';
import { UNAUTHORIZED_CLOSE } from './ws-server.js';

/** A client of an unknown adapter. */
export interface UnknownClient {
  readonly handshake?: unknown;
  readonly request?: unknown;
  readonly upgradeReq?: unknown;
  on?(event: string, listener: (...args: unknown[]) => void): unknown;
  off?(event: string, listener: (...args: unknown[]) => void): unknown;
  emit?(event: string, ...args: unknown[]): unknown;
  close?(code: number, reason: string): void;
  end?(code: number, reason: string): void;
  disconnect?(close: boolean): void;
}

/** The most messages that wait for the decision about their client. */
const MOST_WAITING = 100;

/**
 * Decides about clients that are connected already. The gateways learn of a client after the decision. Messages that arrive before
 * wait for it, if the client is an event emitter. Otherwise they are lost.
 */
export class ClientDoor {
  private readonly decisions = new WeakMap<object, Promise<boolean>>();
  private readonly logger = new OwnLogger();

  constructor(
    private readonly door: Door,
    private readonly rules: ServerRules,
    private readonly options: SocketAuthentication,
    private readonly adapter: WebSocketAdapter,
  ) {}

  /** Calls `connect` if the client is let in. Each gateway of the server asks. */
  enter(client: UnknownClient, args: readonly unknown[], connect: () => void): void {
    let decision = this.decisions.get(client);
    if (decision === undefined) {
      if (this.door.isOpen(this.rules)) return this.enterOpen(client, args, connect);
      this.decisions.set(client, (decision = this.decide(client, args)));
    }
    decision.then(
      (isLetIn) => isLetIn && this.logger.protect('The adapter of the WebSockets', connect),
      () => undefined,
    );
  }

  /** The messages can have requirements of their own, so the request is remembered. */
  private enterOpen(client: UnknownClient, args: readonly unknown[], connect: () => void): void {
    const request = this.requestOf(client, args);
    if (request !== null) rememberHandshake(client, handshakeOfUpgrade(request));
    connect();
  }

  private async decide(client: UnknownClient, args: readonly unknown[]): Promise<boolean> {
    const messages = new WaitingMessages(client);
    try {
      const request = this.requestOf(client, args);
      if (request === null) throw new TypeError('authenticateSockets() needs requestOf(): the client has no request.');
      const handshake = handshakeOfUpgrade(request);
      rememberHandshake(client, handshake);
      const admissions = await this.door.check(handshake, this.rules);
      return messages.isTooMany ? this.refuse(client, new Error('Too many messages')) : this.letIn(client, admissions);
    } catch (error) {
      return this.refuse(client, error);
    } finally {
      // After the gateways have bound their handlers.
      setImmediate(() => messages.deliver());
    }
  }

  private letIn(client: UnknownClient, admissions: readonly Admission[]): boolean {
    this.door.letIn(client, admissions);
    const remove = this.door.register(client, admissions, (each, error) => this.end(each, error));
    if (remove !== null) this.adapter.bindClientDisconnect?.(client, remove);
    return true;
  }

  private refuse(client: UnknownClient, error: unknown): false {
    const { message } = refusalOf(error);
    this.end(client, error instanceof JwtExtendedException ? error : new InvalidTokenException(message));
    return false;
  }

  private end(client: UnknownClient, error: JwtExtendedException): void {
    this.logger.protect('The end of a socket', () => {
      if (this.options.end !== undefined) this.options.end(client, error);
      else if (typeof client.close === 'function') client.close(UNAUTHORIZED_CLOSE, error.code);
      else if (typeof client.end === 'function') client.end(UNAUTHORIZED_CLOSE, error.code);
      else client.disconnect?.(true);
    });
  }

  private requestOf(client: UnknownClient, args: readonly unknown[]): HttpRequest | null {
    if (this.options.requestOf !== undefined) return this.options.requestOf(client, ...args);
    const candidates = [...args, client.upgradeReq, client.request, client.handshake];
    return candidates.find(isRequest) ?? null;
  }
}

/** Keeps the messages of a client that is an event emitter. */
class WaitingMessages {
  private readonly messages: unknown[][] = [];
  private readonly keep = (...message: unknown[]): void => {
    if (this.messages.length <= MOST_WAITING) this.messages.push(message);
  };

  constructor(private readonly client: UnknownClient) {
    if (typeof client.emit === 'function' && typeof client.off === 'function') client.on?.('message', this.keep);
  }

  get isTooMany(): boolean {
    return this.messages.length > MOST_WAITING;
  }

  deliver(): void {
    this.client.off?.('message', this.keep);
    for (const message of this.messages) this.client.emit?.('message', ...message);
  }
}

function isRequest(value: unknown): value is HttpRequest {
  const { headers } = (value ?? {}) as Partial<HttpRequest>;
  return typeof headers === 'object' && headers !== null;
}
