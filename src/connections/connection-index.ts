import { performance } from 'node:perf_hooks';
import type { Settings } from '../options/settings.js';
import { storeKeysOf, type StoreKeys } from '../tokens/verifying/store-keys.js';
import type { JwtContext } from '../types/jwt-context.js';
import { signedPayloadOf } from '../types/verified-payload.js';
import { WatchedToken, type OpenConnection } from './open-connection.js';

/** The steps of the golden ratio divide an interval evenly, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Finds open connections by their subject and their client. */
export class ConnectionIndex {
  /** The first token of each subject. */
  private readonly bySubject = new Map<string, WatchedToken>();
  /** The first connection of each client. */
  private readonly byClient = new Map<object, OpenConnection>();
  private connections = 0;
  private phase = 0;

  constructor(private readonly settings: Settings) {}

  get size(): number {
    return this.connections;
  }

  /** The tokens with a connection. */
  allTokens(): WatchedToken[] {
    return [...this.bySubject.keys()].flatMap((subject) => this.tokensOf(subject));
  }

  tokensOf(subject: string): WatchedToken[] {
    const found: WatchedToken[] = [];
    for (let token = this.bySubject.get(subject) ?? null; token !== null; token = token.next) found.push(token);
    return found;
  }

  ofClient(client: object): OpenConnection[] {
    const found: OpenConnection[] = [];
    for (let open = this.byClient.get(client) ?? null; open !== null; open = open.nextOfClient) found.push(open);
    return found;
  }

  /** The entry of a token. Connections with the same token share it. */
  tokenOf({ payload: claims, header, token }: JwtContext, isRevocable: boolean): WatchedToken {
    const payload = signedPayloadOf(claims);
    const keys = storeKeysOf(payload, this.settings);
    const text = keys.jti === null ? token : null;
    for (let known = this.bySubject.get(keys.subject) ?? null; known !== null; known = known.next) {
      if (known.isRevocable === isRevocable && known.text === text && isSame(known, keys, payload)) return known;
    }
    this.phase = (this.phase + GOLDEN_RATIO) % 1;
    return new WatchedToken(keys, payload, header, text, isRevocable, this.phase, performance.now());
  }

  add(open: OpenConnection): void {
    this.connections++;
    this.attach(open);
    const { client } = open.connection;
    open.nextOfClient = this.byClient.get(client) ?? null;
    this.byClient.set(client, open);
  }

  /** Returns whether the connection was open. */
  remove(open: OpenConnection): boolean {
    if (!open.isOpen) return false;
    open.isOpen = false;
    this.connections--;
    this.detach(open);
    this.removeFromClient(open);
    return true;
  }

  /** Replaces the token of a connection. */
  move(open: OpenConnection, token: WatchedToken): void {
    this.detach(open);
    open.token = token;
    this.attach(open);
  }

  private attach(open: OpenConnection): void {
    const { token } = open;
    token.add(open);
    if (token.size > 1) return;
    const { subject } = token.keys;
    token.next = this.bySubject.get(subject) ?? null;
    this.bySubject.set(subject, token);
  }

  private detach(open: OpenConnection): void {
    const { token } = open;
    token.delete(open);
    if (token.size > 0) return;
    const { subject } = token.keys;
    const first = this.bySubject.get(subject) ?? null;
    if (first !== token) {
      for (let link = first; link !== null; link = link.next) if (link.next === token) link.next = token.next;
    } else if (token.next === null) this.bySubject.delete(subject);
    else this.bySubject.set(subject, token.next);
    token.next = null;
  }

  private removeFromClient(open: OpenConnection): void {
    const { client } = open.connection;
    const first = this.byClient.get(client) ?? null;
    if (first !== open) {
      for (let link = first; link !== null; link = link.nextOfClient)
        if (link.nextOfClient === open) link.nextOfClient = open.nextOfClient;
    } else if (open.nextOfClient === null) this.byClient.delete(client);
    else this.byClient.set(client, open.nextOfClient);
    open.nextOfClient = null;
  }
}

function isSame({ keys, payload }: WatchedToken, other: StoreKeys, otherPayload: JwtContext['payload']): boolean {
  const { iat, exp } = otherPayload;
  return keys.sid === other.sid && keys.jti === other.jti && payload.iat === iat && payload.exp === exp;
}
