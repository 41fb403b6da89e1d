import { backgroundTimer } from '../../types/background-timer.js';
import { Pause } from '../pause.js';
import { within } from '../time-limit.js';
import { OpenConnection } from './open-connection.js';
import type { RedisCommands } from './redis-commands.js';
import { OPENING_LIMIT, type Duplicate, type OwnClient } from './redis-duplicates.js';

/** The pause between two pings, in milliseconds. */
const PING_PAUSE = 1_000;

/** The longest pause between two attempts to open a connection, in milliseconds. */
const LONGEST_PAUSE = 1_000;

/**
 * The connection that a store opens for itself. The drivers notice a silent network after minutes, and a client can be set up
 * to give up. So the store pings its connection, and replaces it when it is silent or lost. The old connection stays in use
 * until the new one answers. It keeps the process alive until `close()`, or until the application closes its client.
 */
export class OwnConnection {
  private current: OpenConnection | null = null;
  private attempt: Promise<RedisCommands> | null = null;
  /** The pause after a failed attempt. */
  private pause: Pause | null = null;
  /** The client of the attempt. */
  private opening: OwnClient | null = null;
  private pingTimer: NodeJS.Timeout | undefined;
  /** The ends of connections that were replaced. */
  private readonly endings = new Set<Promise<void>>();
  /** Failures since the last answer to a ping. */
  private failures = 0;
  /** Whether the application had opened its client. When it closes its client, this connection ends. */
  private wasOpen = false;
  /** How often `close()` was called. */
  private closings = 0;

  constructor(
    private readonly duplicate: Duplicate,
    private readonly isClientOpen: () => boolean,
  ) {}

  /** The commands of the open connection; `null` if none is open. */
  get commands(): RedisCommands | null {
    return this.current?.commands ?? null;
  }

  /** Whether it has a connection, or opens one. */
  get isInUse(): boolean {
    return this.current !== null || this.attempt !== null || this.pause !== null;
  }

  /** Returns a function that throws as soon as `close()` has been called. */
  checkForClose(): () => void {
    const { closings } = this;
    return () => {
      if (this.closings !== closings) throw closed();
    };
  }

  /** Opens a connection, at the end of the pause after a failure. Rejects if this attempt fails. */
  open(): Promise<RedisCommands> {
    if (this.pause !== null) return this.openAfter(this.pause);
    if (this.attempt !== null) return this.attempt;
    const attempt = this.connect().finally(() => {
      if (this.attempt === attempt) this.attempt = null;
    });
    this.attempt = attempt;
    return attempt;
  }

  /** Opens another connection, because the server of this one refuses writes: its name can belong to another server now. */
  replace(): void {
    if (this.current?.isStable) this.openInBackground();
  }

  /** Ends all connections and timers. The next command opens another connection. */
  async close(): Promise<void> {
    const { current } = this;
    this.closings++;
    clearTimeout(this.pingTimer);
    this.pause?.end();
    this.pause = null;
    this.opening?.destroy();
    this.opening = null;
    this.attempt = null;
    this.current = null;
    this.failures = 0;
    this.wasOpen = false;
    if (current !== null) this.retire(current);
    await Promise.all(this.endings);
  }

  private async connect(): Promise<RedisCommands> {
    const { closings } = this;
    this.wasOpen ||= this.isClientOpen();
    let own: OwnClient | null = null;
    let isOver = false;
    const connecting = async () => {
      own = await this.duplicate();
      if (isOver || this.closings !== closings) throw closed();
      this.opening = own;
      // A connection that still has servers is only replaced by one that has all of them.
      return OpenConnection.open(own, () => this.current !== null);
    };
    try {
      const opened = await within(connecting(), OPENING_LIMIT, 'Redis did not answer on a new connection.');
      if (this.closings !== closings) throw closed();
      this.use(opened);
      return opened.commands;
    } catch (error) {
      (own as OwnClient | null)?.destroy();
      if (this.closings === closings) this.startPause();
      throw error;
    } finally {
      isOver = true;
      if (this.opening === own) this.opening = null;
    }
  }

  private use(opened: OpenConnection): void {
    const { current } = this;
    this.current = opened;
    opened.onLost(() => this.lose(opened));
    this.pingLater(opened);
    if (current !== null) this.retire(current);
  }

  private lose(opened: OpenConnection): void {
    opened.destroy();
    if (this.current !== opened) return;
    this.current = null;
    if (opened.isStable) this.openInBackground();
    else this.startPause();
  }

  private startPause(): void {
    const longest = Math.min(100 * 2 ** this.failures++, LONGEST_PAUSE);
    // A random part, so that the processes do not all connect at the same moment.
    this.pause = new Pause(longest * (0.5 + Math.random() / 2));
    this.openInBackground();
  }

  private async openAfter(pause: Pause): Promise<RedisCommands> {
    const { closings } = this;
    await pause.over;
    if (this.closings !== closings || !this.isWanted()) throw closed();
    if (this.pause === pause) this.pause = null;
    return this.commands ?? this.open();
  }

  private openInBackground(): void {
    this.open().catch(() => undefined);
  }

  private pingLater(opened: OpenConnection): void {
    clearTimeout(this.pingTimer);
    this.pingTimer = backgroundTimer(() => void this.ping(opened), PING_PAUSE);
  }

  private async ping(opened: OpenConnection): Promise<void> {
    if (this.current !== opened || !this.isWanted()) return;
    const isWell = await opened.ping();
    if (this.current !== opened) return;
    if (isWell) this.failures = 0;
    else this.openInBackground();
    if (opened.isDead) this.lose(opened);
    else this.pingLater(opened);
  }

  private retire(opened: OpenConnection): void {
    const ending = opened.retire().finally(() => this.endings.delete(ending));
    this.endings.add(ending);
  }

  /** The application ends the use of its client by closing it. */
  private isWanted(): boolean {
    const isOpen = this.isClientOpen();
    const isWanted = isOpen || !this.wasOpen;
    this.wasOpen = isOpen;
    if (!isWanted) void this.close();
    return isWanted;
  }
}

function closed(): Error {
  return new Error('The connection of the store to Redis was closed.');
}
