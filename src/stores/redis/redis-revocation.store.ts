import { Concealed } from '../../types/concealed.js';
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
import { changesChannel, subjectKeys } from './redis-keys.js';
import { readRedisOptions, type RedisRevocationStoreOptions } from './redis-options.js';
import { optionalNumber, optionalText, readSession, readSessions, tokenArguments } from './redis-record.js';
import { DENY, END, END_ALL, OPEN, PRESENT, type RedisScript } from './redis-scripts.js';
import { describeServers } from './redis-servers.js';
import { describeWatchProblem, watchRedis } from './redis-watch.js';

/**
 * Holds sessions and denied tokens in Redis 5 or later, one server or a cluster, through a client of the application. A
 * look-up is one `MGET`, a write is one script, a list of sessions takes two reads. Times are those of the server's clock.
 * The store throws what the client throws, and does not close the client.
 *
 * @example
 * ```ts
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const store = new RedisRevocationStore({ client });
 * ```
 */
@Concealed()
export class RedisRevocationStore extends RevocationStore {
  private readonly commands: RedisCommands;
  private readonly prefix: string;
  private readonly client: RedisClient;
  override readonly watchProblem: string | null;

  /**
   * Sends nothing yet.
   *
   * @throws TypeError if an option is missing or wrong.
   */
  constructor(options: RedisRevocationStoreOptions) {
    super();
    const { client, prefix } = readRedisOptions(options);
    this.commands = redisCommands(client);
    this.prefix = prefix;
    this.client = client;
    this.watchProblem = describeWatchProblem(client, this.commands);
    // Without a listener for 'error', a lost connection would end the process. Each call reports the failure itself.
    if (client.listenerCount('error') === 0) client.on('error', () => undefined);
  }

  /**
   * Reports every write, by any process, on connections like those of the client: one to each server that takes writes.
   *
   * @throws TypeError if the client has no `duplicate()`.
   */
  override watch(onChange: (subject: string | null) => void): Promise<StoreWatch> {
    if (this.watchProblem !== null) throw new TypeError(this.watchProblem);
    return watchRedis(this.client, this.commands, this.prefix, onChange);
  }

  /** The time of the server's clock, in milliseconds since 1970; in a cluster the earliest time of its nodes. */
  override now(): Promise<number> {
    return earliestTime(this.commands.primaries());
  }

  override async lookUp({ subject, sid, jti }: LookUpQuery): Promise<LookUp> {
    const keys = subjectKeys(this.prefix, subject);
    const names = [keys.cutOff];
    if (sid !== null) names.push(keys.session(sid));
    if (jti !== null) names.push(keys.denied(jti));
    const [cutOff = null, ...values] = await this.commands.mget(names);
    const session = sid === null ? null : (values.shift() ?? null);
    return {
      session: session === null ? null : readSession(session),
      denied: jti !== null && (values.shift() ?? null) !== null,
      cutOff: cutOff === null ? null : Number(cutOff),
    };
  }

  override async openSession(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    const { subject, sid, token, device, maxPerSubject, existing } = open;
    const keys = subjectKeys(this.prefix, subject);
    const reply = await this.run(OPEN, [keys.index, keys.session(sid)], deadline, [
      sid,
      ...tokenArguments(token, open),
      optionalText(device),
      optionalNumber(maxPerSubject),
      existing ? '1' : '',
    ]);
    return readOutcome(reply) as OpenOutcome;
  }

  override async present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const { subject, sid, presentedId, successor, grace, adopt } = token;
    const keys = subjectKeys(this.prefix, subject);
    const names = [keys.index, keys.session(sid), keys.denied(presentedId), keys.cutOff];
    const reply = await this.run(PRESENT, names, deadline, [
      sid,
      ...tokenArguments(successor, token),
      presentedId,
      String(grace),
      optionalNumber(adopt?.issuedAt ?? null),
      optionalNumber(adopt?.denyFor ?? null),
      optionalNumber(adopt?.maxPerSubject ?? null),
    ]);
    return readOutcome(reply) as RefreshOutcome;
  }

  override endSession(subject: string, sid: string, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    return this.isDone(END, [keys.index, keys.session(sid)], deadline, [sid]);
  }

  override endSessions({ subject, before, except }: EndSessions, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    return this.isDone(END_ALL, [keys.index, keys.cutOff], deadline, [optionalNumber(before), optionalText(except)]);
  }

  override deny(subject: string, jti: string, lifetime: number | null, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    return this.isDone(DENY, [keys.index, keys.denied(jti)], deadline, [optionalNumber(lifetime)]);
  }

  override async listSessions(subject: string): Promise<SessionRecord[]> {
    const keys = subjectKeys(this.prefix, subject);
    const sids = await this.commands.members(keys.index);
    return sids.length === 0 ? [] : readSessions(await this.commands.mget(sids.map(keys.session)));
  }

  override describeProblems(): Promise<string[]> {
    return describeServers(this.commands);
  }

  private async isDone(script: RedisScript, keys: string[], deadline: number, args: string[]): Promise<boolean> {
    const [outcome] = await this.run(script, keys, deadline, args);
    return outcome !== 'late';
  }

  private run(script: RedisScript, keys: string[], deadline: number, args: string[]): Promise<string[]> {
    const call = randomBytes(9).toString('base64url');
    return this.commands.run(script, keys, [String(deadline), call, ...args, changesChannel(this.prefix)]);
  }
}

function readOutcome([outcome, record]: string[]) {
  return record === undefined ? { outcome } : { outcome, session: readSession(record) };
}
