import { randomBytes } from 'node:crypto';
import {
  RevocationStore,
  type EndSessions,
  type LookUp,
  type LookUpQuery,
  type OpenOutcome,
  type OpenSession,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SessionRecord,
  type StoreWatch,
} from '../revocation-store.js';
import { earliestTime } from './redis-clock.js';
import type { RedisClient } from './redis-client.js';
import { redisCommands, type RedisCommands } from './redis-commands.js';
import { subjectKeys } from './redis-keys.js';
import { readRedisOptions, type RedisRevocationStoreOptions } from './redis-options.js';
import { optionalNumber, optionalText, readSession, readSessions, tokenArguments } from './redis-record.js';
import { DENY, END, END_ALL, OPEN, PRESENT, type RedisScript } from './redis-scripts.js';
import { describeServers } from './redis-servers.js';
import { describeWatchProblem, watchRedis, type WatchableClient } from './redis-watch.js';

/**
 * Keeps sessions and revoked tokens in Redis (5 or later, one server or a cluster), by way of a client the application
 * brings. Reads are plain reads, writes are scripts, times are the server's. What the client throws is thrown; closing
 * it is the application's business.
 */
export class RedisRevocationStore extends RevocationStore {
  private readonly commands: RedisCommands;
  private readonly prefix: string;
  private readonly client: RedisClient;
  override readonly watchProblem: string | null;

  /** Throws a `TypeError` where an option is wrong. Nothing is sent yet. */
  constructor(options: RedisRevocationStoreOptions) {
    super();
    const { client, prefix } = readRedisOptions(options);
    this.commands = redisCommands(client);
    this.prefix = prefix;
    this.client = client;
    this.watchProblem = describeWatchProblem(client);
    // An 'error' nobody listens to ends the process, and a lost connection is one; every call that needs it fails anyway.
    if (client.listenerCount('error') === 0) client.on('error', () => undefined);
  }

  /** Tells of every write under the prefix, on a connection of its own (node-redis, one server). */
  override watch(onChange: (subject: string | null) => void): Promise<StoreWatch> {
    if (this.watchProblem !== null) throw new TypeError(this.watchProblem);
    return watchRedis(this.client as WatchableClient, this.prefix, onChange);
  }

  /** The server's clock, in milliseconds since 1970; of a cluster the earliest one. */
  override now(): Promise<number> {
    return earliestTime(this.commands.primaries());
  }

  /** What is known about a token: one `MGET`. */
  override async lookUp({ subject, sid, jti }: LookUpQuery): Promise<LookUp> {
    const keys = subjectKeys(this.prefix, subject);
    const asked = [keys.cutOff];
    if (sid !== null) asked.push(keys.session(sid));
    if (jti !== null) asked.push(keys.denied(jti));
    const [cutOff = null, ...others] = await this.commands.mget(asked);
    const session = sid === null ? null : (others.shift() ?? null);
    return {
      session: session === null ? null : readSession(session),
      denied: jti !== null && (others.shift() ?? null) !== null,
      cutOff: cutOff === null ? null : Number(cutOff),
    };
  }

  /** Opens a session, or replaces the refresh token of one; `unknown` where that one is not there. */
  override async openSession(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    const { subject, sid, token, device, maxPerSubject, existing } = open;
    const keys = subjectKeys(this.prefix, subject);
    const [outcome, record] = await this.write(OPEN, [keys.index, keys.session(sid)], deadline, [
      sid,
      ...tokenArguments(token, open),
      optionalText(device),
      optionalNumber(maxPerSubject),
      existing ? '1' : '',
    ]);
    return answer(outcome, record) as OpenOutcome;
  }

  /** Judges a refresh token and puts its successor in its place, in one step. */
  override async present(presented: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const { subject, sid, presentedId, successor, grace, adopt } = presented;
    const keys = subjectKeys(this.prefix, subject);
    const [outcome, record] = await this.write(
      PRESENT,
      [keys.index, keys.session(sid), keys.denied(presentedId), keys.cutOff],
      deadline,
      [
        sid,
        ...tokenArguments(successor, presented),
        presentedId,
        String(grace),
        optionalNumber(adopt?.issuedAt ?? null),
        optionalNumber(adopt?.denyFor ?? null),
        optionalNumber(adopt?.maxPerSubject ?? null),
      ],
    );
    return answer(outcome, record) as RefreshOutcome;
  }

  /** Ends one session; also good where there is none. `false`: too late. */
  override async endSession(subject: string, sid: string, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    const [outcome] = await this.write(END, [keys.index, keys.session(sid)], deadline, [sid]);
    return outcome !== 'late';
  }

  /** Ends sessions of a subject and moves its cut-off. `false`: too late. */
  override async endSessions({ subject, before, except }: EndSessions, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    const [outcome] = await this.write(END_ALL, [keys.index, keys.cutOff], deadline, [
      optionalNumber(before),
      optionalText(except),
    ]);
    return outcome !== 'late';
  }

  /** Denies a token's `jti` for so many milliseconds (`null`: for ever). `false`: too late. */
  override async deny(subject: string, jti: string, lifetime: number | null, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    const [outcome] = await this.write(DENY, [keys.index, keys.denied(jti)], deadline, [optionalNumber(lifetime)]);
    return outcome !== 'late';
  }

  /** The subject's sessions, the last used first: two round trips. */
  override async listSessions(subject: string): Promise<SessionRecord[]> {
    const keys = subjectKeys(this.prefix, subject);
    const sids = await this.commands.members(keys.index);
    return sids.length === 0 ? [] : readSessions(await this.commands.mget(sids.map(keys.session)));
  }

  /** What is wrong with how the servers or the client are set up, in a sentence each. */
  override describeProblems(): Promise<string[]> {
    return describeServers(this.commands);
  }

  private write(script: RedisScript, keys: string[], deadline: number, args: string[]): Promise<string[]> {
    return this.commands.run(script, keys, [String(deadline), randomBytes(9).toString('base64url'), ...args]);
  }
}

function answer(outcome: string | undefined, record: string | undefined) {
  return record === undefined ? { outcome } : { outcome, session: readSession(record) };
}
