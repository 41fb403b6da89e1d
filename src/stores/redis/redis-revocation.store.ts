import { Concealed } from '../../types/concealed.js';
import { randomBytes } from 'node:crypto';
import {
  RevocationStore,
  type EndSessions,
  type LookUp,
  type LookUpQuery,
  type NotedPage,
  type NotedRevocation,
  type OpenOutcome,
  type OpenSession,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SessionPage,
  type SessionPageQuery,
  type SessionRecord,
  type StoreWatch,
} from '../revocation-store.js';
import { ownCommands, untilClosed } from './own-commands.js';
import { OwnConnection } from './own-connection.js';
import { QueryKeys } from '../query-keys.js';
import { ReadSessions } from '../read-sessions.js';
import { earliestTime } from './redis-clock.js';
import type { RedisClient } from './redis-client.js';
import { redisCommands, type RedisCommands } from './redis-commands.js';
import { changesChannel, indexKeys, subjectKeys } from './redis-keys.js';
import { lookUpKeys, readLookUps } from './redis-look-ups.js';
import { readRedisOptions, type RedisRevocationStoreOptions } from './redis-options.js';
import { duplicateOf } from './redis-duplicates.js';
import { currentSessions } from './redis-endings.js';
import { allNoted } from '../noted-pages.js';
import { readNotes } from './redis-notes.js';
import { optionalNumber, optionalText, readStored, startWith, tokenArguments } from './redis-record.js';
import { DENY, END, END_ALL, LIST, OPEN, PRESENT, SWEEP, type RedisScript } from './redis-scripts.js';
import { ReplicatedWrites } from './redis-replicas.js';
import { describeServers } from './redis-servers.js';
import { RedisSweeps, type RunSweep } from './redis-sweeps.js';
import { describeWatchProblem, watchRedis } from './redis-watch.js';

/** Half of what 64 requests ask: while Redis reads the first half, the process makes the command for the second one. */
const LOOK_UPS_AT_ONCE = 32;

/** How many sessions are read at once. */
const READ_AT_ONCE = 500;

/** The time of a last use, in microseconds. */
const USE_TIME = /^\d{1,17}$/;

/** The deadline of scripts that only remove what has ended. */
const NEVER_LATE = Number.MAX_SAFE_INTEGER;

const SILENCE_PROBLEM =
  'The Redis client has no duplicate(), so the store cannot replace a connection on which the network is silent. Pass a ' +
  'client of "redis" or "ioredis" itself, or set time limits of the client and "ownConnection: false".';

/**
 * Holds sessions and denied tokens in Redis 5 or later, one server or a cluster, on a connection of its own, with the settings
 * of the application's client. A look-up is one `MGET`, a write and a page of sessions are one script. Times are those of
 * the server's clock. The store throws what the client throws, and does not close the client.
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
  private readonly channel: string;
  private readonly client: RedisClient;
  /** With the number of a call, the name of the call: no other call of any process has it. */
  private readonly callPrefix = randomBytes(6).toString('base64url');
  private calls = 0;
  /** `null`: the store works on the client of the application. */
  private readonly own: OwnConnection | null;
  /** `null`: no write waits for replicas. */
  private readonly replicated: ReplicatedWrites | null;
  private readonly silenceProblem: string | null;
  private readonly sweeps: RedisSweeps;
  private readonly keys = new QueryKeys((query) => lookUpKeys(this.prefix, query));
  /** 1 on a cluster: a node that hangs must not delay the subjects of other nodes. */
  private readonly read = new ReadSessions(readStored);
  override readonly lookUpsAtOnce: number;
  override readonly watchProblem: string | null;
  override readonly keepsNotes = true;

  /**
   * Sends nothing yet.
   *
   * @throws TypeError if an option is missing or wrong.
   */
  constructor(options: RedisRevocationStoreOptions) {
    super();
    const { client, prefix, ownConnection, waitForReplicas } = readRedisOptions(options);
    const given = redisCommands(client);
    const duplicate = duplicateOf(client);
    this.own = ownConnection && duplicate !== null ? new OwnConnection(duplicate, () => given.isOpen()) : null;
    this.commands = this.own === null ? given : ownCommands(this.own, given);
    this.replicated =
      this.own === null || waitForReplicas === 0
        ? null
        : new ReplicatedWrites(client, this.own, prefix, waitForReplicas);
    this.silenceProblem = ownConnection && duplicate === null ? SILENCE_PROBLEM : null;
    this.prefix = prefix;
    this.channel = changesChannel(prefix);
    this.client = client;
    this.sweeps = new RedisSweeps(() => this.newSweep());
    this.lookUpsAtOnce = this.commands.isCluster ? 1 : LOOK_UPS_AT_ONCE;
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
    return watchRedis(this.client, this.backgroundCommands(), this.prefix, onChange);
  }

  /** The time of the server's clock, in milliseconds since 1970; in a cluster the earliest time of its nodes. */
  override async now(): Promise<number> {
    return earliestTime(await this.commands.primaries());
  }

  override async lookUp(query: LookUpQuery): Promise<LookUp> {
    const values = await this.commands.mget([...this.keys.of(query)]);
    const [answer] = readLookUps([query], values, this.read);
    return answer as LookUp;
  }

  /** One `MGET`. On a cluster one for each query, since each subject has its own slot. */
  override async lookUpMany(queries: readonly LookUpQuery[]): Promise<LookUp[]> {
    if (this.commands.isCluster) return Promise.all(queries.map((query) => this.lookUp(query)));
    if (queries.length === 0) return [];
    const keys: string[] = [];
    for (const query of queries) keys.push(...this.keys.of(query));
    return readLookUps(queries, await this.commands.mget(keys), this.read);
  }

  override async openSession(open: OpenSession, deadline: number): Promise<OpenOutcome> {
    const { subject, sid, token, device, maxPerSubject, existing } = open;
    const keys = subjectKeys(this.prefix, subject);
    const reply = await this.run(OPEN, [...indexKeys(keys), keys.session(sid)], deadline, [
      sid,
      ...tokenArguments(token, null, open),
      optionalText(device),
      optionalNumber(maxPerSubject),
      existing ? '1' : '',
    ]);
    this.sweepAfter(reply, subject, maxPerSubject);
    return readOutcome(reply) as OpenOutcome;
  }

  override async present(token: PresentedRefreshToken, deadline: number): Promise<RefreshOutcome> {
    const { subject, sid, presentedId, successor, grace, adopt } = token;
    const keys = subjectKeys(this.prefix, subject);
    const names = [...indexKeys(keys), keys.session(sid)];
    const args = [sid, ...tokenArguments(successor, presentedId, token), startWith(presentedId), String(grace)];
    if (adopt !== null && successor !== null) {
      names.push(keys.denied(presentedId));
      args.push(...[adopt.issuedAt, adopt.denyFor, adopt.maxPerSubject].map(optionalNumber));
    }
    const reply = await this.run(PRESENT, names, deadline, args);
    this.sweepAfter(reply, subject, adopt?.maxPerSubject ?? null);
    return readOutcome(reply) as RefreshOutcome;
  }

  override endSession(subject: string, sid: string, deadline: number, note?: string): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    return this.isDone(END, [...indexKeys(keys), keys.session(sid)], deadline, [sid, optionalText(note ?? null)]);
  }

  /**
   * Many sessions end by one small write. Then scripts remove their records, after the call has been answered. If the process ends
   * meanwhile, the sessions that are left have no note.
   */
  override async endSessions({ subject, before, except, note }: EndSessions, deadline: number): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    const args = [optionalNumber(before), optionalText(except), optionalText(note ?? null)];
    for (;;) {
      const [outcome] = await this.run(END_ALL, indexKeys(keys), deadline, args);
      if (outcome === 'busy') {
        await this.sweeps.run(subject);
        continue;
      }
      if (outcome === 'more') this.sweeps.start(subject, { note });
      return outcome !== 'late';
    }
  }

  override deny(
    subject: string,
    jti: string,
    lifetime: number | null,
    deadline: number,
    note?: string,
  ): Promise<boolean> {
    const keys = subjectKeys(this.prefix, subject);
    const args = [optionalNumber(lifetime), optionalText(note ?? null)];
    return this.isDone(DENY, [keys.index, keys.denied(jti)], deadline, args);
  }

  override async listSessions(subject: string): Promise<SessionRecord[]> {
    const { sessions } = await this.listSessionPage(subject, { limit: Infinity, after: null });
    return [...sessions];
  }

  override async listSessionPage(subject: string, { limit, after }: SessionPageQuery): Promise<SessionPage> {
    const keys = indexKeys(subjectKeys(this.prefix, subject));
    const sessions: SessionRecord[] = [];
    if (after !== null && !USE_TIME.test(after)) return { sessions, next: null };
    let next = after;
    do {
      const most = String(Math.min(limit - sessions.length, READ_AT_ONCE));
      const range = [next === null ? '+inf' : `(${next}`, most];
      const [cutOff = null, last, ...values] = await this.commands.run(LIST, keys, range);
      sessions.push(...currentSessions(values, cutOff));
      next = last || null;
    } while (next !== null && sessions.length < limit);
    return { sessions, next };
  }

  override async listNoted(subject: string): Promise<NotedRevocation[]> {
    return [...(await allNoted((after) => this.listNotedPage(subject, { limit: Infinity, after })))];
  }

  override listNotedPage(subject: string, query: SessionPageQuery): Promise<NotedPage> {
    return readNotes(this.commands, subjectKeys(this.prefix, subject), query);
  }

  override async describeProblems(): Promise<string[]> {
    const problems = await describeServers(this.commands, this.replicated?.replicas);
    return this.silenceProblem === null ? problems : [this.silenceProblem, ...problems];
  }

  /** Ends the connections that the store has opened for itself, and never the client of the application. */
  override async close(): Promise<void> {
    await Promise.all([this.own?.close(), this.replicated?.close()]);
  }

  private backgroundCommands(): RedisCommands {
    return this.own === null ? this.commands : untilClosed(this.own, this.commands);
  }

  private newSweep(): RunSweep {
    const commands = this.backgroundCommands();
    return (subject, args) =>
      commands.run(SWEEP, indexKeys(subjectKeys(this.prefix, subject)), this.argumentsOf(NEVER_LATE, args));
  }

  /** Goes on if a script had more to remove than one script may. */
  private sweepAfter([, , more]: readonly string[], subject: string, maxPerSubject: number | null): void {
    if (more === 'more') this.sweeps.start(subject, { maxPerSubject });
  }

  private async isDone(script: RedisScript, keys: string[], deadline: number, args: string[]): Promise<boolean> {
    const [outcome] = await this.run(script, keys, deadline, args);
    return outcome !== 'late';
  }

  private run(script: RedisScript, keys: string[], deadline: number, args: string[]): Promise<string[]> {
    return (this.replicated ?? this.commands).run(script, keys, this.argumentsOf(deadline, args));
  }

  private argumentsOf(deadline: number, args: string[]): string[] {
    const call = `${this.callPrefix}${(this.calls++).toString(36).padStart(4, '0')}`;
    return [String(deadline), call, ...args, this.channel];
  }
}

/** An answer of a script: an outcome, and the record of a session if there is one. */
function readOutcome([outcome, record, , ended]: string[]) {
  if (record === undefined) return { outcome };
  const { record: session } = readStored(record);
  return ended === undefined ? { outcome, session } : { outcome, session, othersEnded: ended !== '' };
}
