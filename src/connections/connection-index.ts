import { performance } from 'node:perf_hooks';
import type { Settings } from '../options/settings.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import type { JwtContext } from '../types/jwt-context.js';
import { WatchedToken, type OpenConnection } from './open-connection.js';

/** The steps of the golden ratio divide an interval evenly, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Finds open connections by their token, their subject and their client. */
export class ConnectionIndex {
  private readonly tokens = new Map<string, WatchedToken>();
  private readonly bySubject = new Map<string, Set<WatchedToken>>();
  private readonly byClient = new Map<object, OpenConnection>();
  private connections = 0;
  private phase = 0;

  constructor(private readonly settings: Settings) {}

  get size(): number {
    return this.connections;
  }

  /** The tokens with a connection. */
  allTokens(): Iterable<WatchedToken> {
    return this.tokens.values();
  }

  tokensOf(subject: string): Iterable<WatchedToken> {
    return this.bySubject.get(subject) ?? [];
  }

  ofClient(client: object): OpenConnection[] {
    const found: OpenConnection[] = [];
    for (let open = this.byClient.get(client) ?? null; open !== null; open = open.next) found.push(open);
    return found;
  }

  /** The entry of a token. Connections with the same token share it. */
  tokenOf(context: JwtContext, isRevocable: boolean): WatchedToken {
    const { payload, header, token } = context;
    const keys = storeKeysOf(payload, this.settings);
    const { subject, sid, jti } = keys;
    const name = jti === null ? token : `${jti} ${payload.iat as number}`;
    const key = `${isRevocable ? '' : '!'}${sid ?? subject} ${name}`;
    const known = this.tokens.get(key);
    if (known !== undefined) return known;
    this.phase = (this.phase + GOLDEN_RATIO) % 1;
    return new WatchedToken(key, keys, payload, header, isRevocable, this.phase, performance.now());
  }

  add(open: OpenConnection): void {
    this.connections++;
    this.attach(open);
    const { client } = open.connection;
    open.next = this.byClient.get(client) ?? null;
    this.byClient.set(client, open);
  }

  /** Returns whether the connection was open. */
  remove(open: OpenConnection): boolean {
    if (!open.token.connections.has(open)) return false;
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
    token.connections.add(open);
    if (token.connections.size > 1) return;
    this.tokens.set(token.key, token);
    const { subject } = token.keys;
    this.bySubject.set(subject, (this.bySubject.get(subject) ?? new Set()).add(token));
  }

  private detach(open: OpenConnection): void {
    const { token } = open;
    token.connections.delete(open);
    if (token.connections.size > 0) return;
    this.tokens.delete(token.key);
    const tokens = this.bySubject.get(token.keys.subject);
    tokens?.delete(token);
    if (tokens?.size === 0) this.bySubject.delete(token.keys.subject);
  }

  private removeFromClient(open: OpenConnection): void {
    const { client } = open.connection;
    const first = this.byClient.get(client) ?? null;
    if (first === open) {
      if (open.next === null) this.byClient.delete(client);
      else this.byClient.set(client, open.next);
      return;
    }
    for (let link = first; link !== null; link = link.next) {
      if (link.next === open) link.next = open.next;
    }
  }
}
