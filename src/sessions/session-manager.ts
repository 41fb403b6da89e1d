import type { Settings } from '../options/settings.js';
import { watchProblemOf } from '../options/revocation-options.js';
import type { RevocationStore } from '../stores/revocation-store.js';
import type { JwtEvents } from '../events/jwt-events.js';
import { BoundedStaleness, LookUpCache } from './look-up-cache.js';
import type { RevocationEvents } from './revocation-events.js';
import { isLocalStore, LocalFeed } from './local-feed.js';
import { StoreClient } from './store-client.js';
import { PurgeTimer } from './purge-timer.js';
import { Rotation } from './rotation.js';
import { Sessions } from './sessions.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import { SharedFeed } from './shared-feed.js';
import { TokenRevocation } from './token-revocation.js';

/** The limits of the time after which a silent feed counts as lost, in milliseconds. */
const SHORTEST_SILENCE = 1_000;
const LONGEST_SILENCE = 5_000;

/** Builds the services for sessions and revocation, if there is a store. */
export class SessionManager {
  readonly store: StoreClient | null = null;
  /** The changes of the store. `null` if there is no store, or if it reports none. */
  readonly feed: SharedFeed | LocalFeed | null = null;
  private readonly cache: LookUpCache | null = null;
  private readonly purgeTimer: PurgeTimer | null = null;
  private readonly parts: { sessions: Sessions; revocation: TokenRevocation; rotation: Rotation } | null = null;

  constructor(
    private readonly settings: Settings,
    factory: TokenFactory,
    events: RevocationEvents,
    jwtEvents: JwtEvents,
  ) {
    if (settings.revocation === null) return;
    const { store, timeout, local, purgeInterval } = settings.revocation;
    if (purgeInterval !== null) this.purgeTimer = new PurgeTimer(store, purgeInterval);
    const silence = local?.push ? local.staleness : Math.max(SHORTEST_SILENCE, settings.connections.recheck);
    if (watchProblemOf(store) === null) {
      this.feed = new SharedFeed(store, Math.min(silence, LONGEST_SILENCE), (event) => events.emit(event));
    } else if (isLocalStore(store)) {
      this.feed = new LocalFeed(store);
    }
    const freshness = local?.push ? this.feed : local && new BoundedStaleness(local.staleness);
    this.cache = local && freshness && new LookUpCache(freshness, local.maxEntries);
    this.store = new StoreClient(store, timeout, events, this.cache);
    const sessions = new Sessions(settings, this.store, events, jwtEvents);
    const revocation = new TokenRevocation(settings, this.store, sessions, events, jwtEvents);
    this.parts = { sessions, revocation, rotation: new Rotation(settings, factory, sessions) };
  }

  /** Starts to purge the store, and to listen to its changes if `local.push` is on. */
  start(): void {
    this.purgeTimer?.start();
    if (this.cache !== null && this.settings.revocation?.local?.push) this.feed?.listen(this.cache);
  }

  /**
   * Ends the connection of the feed. Requests that still run ask the store itself. The feed of a store in memory has no
   * connection, and goes on: cached look-ups depend on it.
   */
  stopListening(): void {
    if (this.feed instanceof SharedFeed) this.feed.stop();
  }

  /** Stops to purge and to listen, and ends the connections that the store has opened itself. */
  async stop(): Promise<void> {
    this.purgeTimer?.stop();
    this.feed?.stop();
    // A store that does not extend our class may lack the method.
    await (this.settings.revocation?.store as Partial<RevocationStore> | undefined)?.close?.();
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
