import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { OwnLogger } from '../errors/own-logger.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { RevocationEvents } from '../sessions/revocation-events.js';
import { SessionManager } from '../sessions/session-manager.js';
import { completed } from '../types/callback-answer.js';
import { messageOfThrown } from '../types/thrown-value.js';
import type { RefreshReuseEvent, RevocationEvent } from '../types/revocation-event.js';

/** Logs the failures and problems of the store, and calls `onReuse`. */
@Injectable()
export class RevocationReporter implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new OwnLogger();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SessionManager) private readonly sessions: SessionManager,
    @Inject(RevocationEvents) private readonly events: RevocationEvents,
  ) {}

  /** Does not wait for the store. The application starts without it, and answers 503 to requests that need it. */
  onModuleInit(): void {
    this.events.subscribe((event) => this.report(event));
    this.sessions.start();
    void this.warnOfProblems();
  }

  /**
   * The hooks of the application run before ours. One that closes its pool of database connections waits for each of them, so
   * the connection of the feed must end in an earlier phase.
   */
  beforeApplicationShutdown(): void {
    this.sessions.stopListening();
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.sessions.stop();
    } catch (error) {
      this.logger.error(`close() of the revocation store has failed. ${messageOfThrown(error)}`);
    }
  }

  private report(event: RevocationEvent): void {
    if (event.type === 'store-available') this.logger.log('The revocation store answers again.');
    if (event.type === 'store-unavailable') {
      const cause = messageOfThrown(event.cause);
      this.logger.error(`The revocation store does not answer; requests that need it are answered 503. ${cause}`);
    }
    if (event.type === 'push-available') this.logger.log('The revocation store reports changes again.');
    if (event.type === 'push-unavailable') {
      this.logger.warn(`${this.effectOfSilence()} ${messageOfThrown(event.cause)}`);
    }
    if (event.type === 'refresh-reused') this.callOnReuse(event);
  }

  private effectOfSilence(): string {
    const { revocation, connections } = this.settings;
    return revocation?.local?.push
      ? 'The revocation store reports no changes (local.push), so every request asks it.'
      : 'The revocation store reports no changes, so it is asked about open connections every ' +
          `${connections.recheck / 1000} seconds.`;
  }

  private callOnReuse(event: RefreshReuseEvent): void {
    this.logger.protect('rotation.onReuse', () => completed(this.settings.rotation.onReuse?.(event)));
  }

  private async warnOfProblems(): Promise<void> {
    try {
      const problems = await this.sessions.store?.read((store) => store.describeProblems(), Array.isArray);
      for (const problem of problems ?? []) this.logger.warn(problem);
    } catch {
      // The event `store-unavailable` has reported this.
    }
  }
}
