import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { answersOf } from './redis-answers.js';
import { redisCommands, type RedisCommands } from './redis-commands.js';
import { OPENING_LIMIT, type OwnClient } from './redis-duplicates.js';

/** A server that does not answer a ping for so many milliseconds is silent. */
const SILENCE = 1_500;

/** A connection on which every server is silent is ended after so many milliseconds, because commands gather on it. */
const LONGEST_SILENCE = 5_000;

/** A connection that is lost or refuses writes within so many milliseconds is not replaced at once. */
const STABLE_AFTER = 1_000;

/** How long a connection that was replaced may answer what was sent on it, in milliseconds. */
const LAST_ANSWERS = 1_000;

/** An open connection of the store to its servers. */
export class OpenConnection {
  readonly commands: RedisCommands;
  private readonly openedAt = performance.now();
  private silentSince: number | null = null;

  private constructor(private readonly own: OwnClient) {
    this.commands = redisCommands(own.client);
  }

  /** Rejects if no server answers, or if one is missing that must answer. */
  static async open(own: OwnClient, mustAllAnswer: () => boolean): Promise<OpenConnection> {
    await own.connect();
    const opened = new OpenConnection(own);
    const { received, missing, failure } = await answersOf(opened.commands, OPENING_LIMIT);
    if (received === 0 || (missing > 0 && mustAllAnswer())) throw failure;
    return opened;
  }

  /** Whether it has been open for a while. */
  get isStable(): boolean {
    return performance.now() - this.openedAt > STABLE_AFTER;
  }

  /** Whether every server has been silent for so long that it must end. */
  get isDead(): boolean {
    return this.silentSince !== null && performance.now() - this.silentSince > LONGEST_SILENCE;
  }

  /** Adds a listener for its loss. */
  onLost(listener: () => void): void {
    this.own.onLost(listener);
  }

  /** Whether all servers answer. */
  async ping(): Promise<boolean> {
    const { received, missing } = await answersOf(this.commands, SILENCE);
    if (received > 0) this.silentSince = null;
    else this.silentSince ??= performance.now() - SILENCE;
    return missing === 0;
  }

  /** Ends it at once. */
  destroy(): void {
    this.own.destroy();
  }

  /** Ends it when it has answered what was sent on it. A script is sent twice if the server does not know it. */
  async retire(): Promise<void> {
    for (let time = 0; time < 2; time++) {
      const { missing } = await answersOf(this.commands, LAST_ANSWERS).catch(() => ({ missing: 1 }));
      if (missing > 0) break;
      await setImmediate();
    }
    this.destroy();
  }
}
