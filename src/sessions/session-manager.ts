import type { Settings } from '../options/settings.js';
import { ChangeFeed } from './change-feed.js';
import { BoundedStaleness, LookUpCache } from './look-up-cache.js';
import type { RevocationEvents } from './revocation-events.js';
import { StoreClient } from './store-client.js';
import { Rotation } from './rotation.js';
import { Sessions } from './sessions.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import { TokenRevocation } from './token-revocation.js';

/** Builds the services for sessions and revocation, if there is a store. */
export class SessionManager {
  readonly store: StoreClient | null = null;
  private readonly feed: ChangeFeed | null = null;
  private readonly cache: LookUpCache | null = null;
  private readonly parts: { sessions: Sessions; revocation: TokenRevocation; rotation: Rotation } | null = null;

  constructor(settings: Settings, factory: TokenFactory, events: RevocationEvents) {
    if (settings.revocation === null) return;
    const { store, timeout, local } = settings.revocation;
    this.feed = local?.push ? new ChangeFeed(store, local.staleness, (event) => events.emit(event)) : null;
    const freshness = this.feed ?? (local && new BoundedStaleness(local.staleness));
    this.cache = local && freshness && new LookUpCache(freshness, local.maxEntries);
    this.store = new StoreClient(store, timeout, events, this.cache);
    const sessions = new Sessions(settings, this.store, events);
    const revocation = new TokenRevocation(settings, this.store, sessions, events);
    this.parts = { sessions, revocation, rotation: new Rotation(settings, factory, sessions) };
  }

  /** Starts to listen to the store's changes, if `local.push` is on. */
  start(): void {
    if (this.cache !== null) this.feed?.start(this.cache);
  }

  stop(): void {
    this.feed?.stop();
  }

  /** Whether there is a store, so that log-ins open sessions. */
  get isOn(): boolean {
    return this.parts !== null;
  }

  /** `null` without a store. */
  get revocation(): TokenRevocation | null {
    return this.parts?.revocation ?? null;
  }

  /** Returns the services. @throws TypeError without a store. */
  required(method: string) {
    if (this.parts !== null) return this.parts;
    throw new TypeError(
      `TokenService.${method} needs a store: set the option revocation: { store: new MemoryRevocationStore() } for one ` +
        'process, or a shared store for several.',
    );
  }
}
