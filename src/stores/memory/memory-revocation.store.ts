import { otherProcesses } from './other-processes.js';
import { Concealed } from '../../types/concealed.js';
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
} from '../revocation-store.js';
import { decideEnding, decideOpening, decidePresentation, type Decision, type Denial } from '../session-decisions.js';
import { StoreOptions, type OptionNames } from '../store-options.js';
import { DenialTable } from './denial-table.js';
import { NoteTable, type NewNote } from './note-table.js';
import { SessionTable } from './session-table.js';
import { SubjectMap } from './subject-map.js';
import type { Entry } from './subject-table.js';
import { membersOf } from '../../types/members.js';

const LOOK_UPS_PER_SWEEP = 32;

/** How many sessions one step ends or notes. */
const SESSIONS_PER_STEP = 1_000;

/** Options of `MemoryRevocationStore`. */
export interface MemoryRevocationStoreOptions {
  /**
   * The store's clock, in milliseconds since 1970. For tests.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined;
}

const reader = new StoreOptions('MemoryRevocationStore', {
  now: true,
} satisfies OptionNames<MemoryRevocationStoreOptions>);

/**
 * Holds sessions and denied tokens in the memory of one process: for development, tests, and applications of one process
 * whose sessions may end with it. It answers without promises and has no timer. A denied token takes about 50 bytes until
 * it would have expired. Each call removes a few expired entries. No other entry is ever dropped, however many there are.
 */
@Concealed()
export class MemoryRevocationStore extends RevocationStore {
  private readonly clock: () => number;
  private readonly sessions = new SessionTable();
  private readonly denials = new DenialTable();
  private readonly cutOffs = new SubjectMap<number>();
  private readonly notes = new NoteTable();
  override readonly keepsNotes = true;
  // Private in JavaScript too, because applications extend this class.
  readonly #listeners = new Set<(subject: string) => void>();
  private lookUpsSoFar = 0;

  /** @throws TypeError if an option is wrong or does not exist. */
  constructor(options: MemoryRevocationStoreOptions = {}) {
    super();
    reader.requireKnown(options);
    const { now = Date.now } = membersOf(options, ['now']);
    if (typeof now !== 'function') reader.refuse('now', 'must be a function: () => Date.now().');
    this.clock = now;
  }

  now(): number {
    return this.clock();
  }

  lookUp({ subject, sid, jti }: LookUpQuery): LookUp {
    // Look-ups sweep too, since an application that no longer writes has entries that expire.
    if (this.lookUpsSoFar++ % LOOK_UPS_PER_SWEEP === 0) this.sweep();
    return {
      session: sid === null ? null : this.sessions.find(subject, sid, this.clock()),
      denied: jti !== null && this.isDenied(subject, jti),
      cutOff: this.cutOffs.get(subject) ?? null,
    };
  }

  openSession(open: OpenSession, deadline: number): OpenOutcome {
    const { subject, sid } = open;
    const now = this.sweep();
    const session = this.sessions.find(subject, sid, now);
    return this.write(decideOpening(open, { now, session }, deadline), open, now);
  }

  present(token: PresentedRefreshToken, deadline: number): RefreshOutcome {
    const { subject, sid, presentedId, adopt } = token;
    const now = this.sweep();
    const session = this.sessions.find(subject, sid, now);
    const denied = adopt !== null && this.isDenied(subject, presentedId);
    const cutOff = this.cutOffs.get(subject) ?? null;
    return this.write(decidePresentation(token, { now, session, denied, cutOff }, deadline), token, now);
  }

  endSession(subject: string, sid: string, deadline: number, note?: string): boolean {
    const now = this.sweep();
    if (now > deadline) return false;
    this.end(subject, sid, now, note);
    this.#report(subject);
    return true;
  }

  endSessions(end: EndSessions, deadline: number): boolean {
    const { subject, note } = end;
    const now = this.sweep();
    const state = { now, cutOff: this.cutOffs.get(subject) ?? null };
    const { applied, ends, cutOff } = decideEnding(end, state, deadline);
    if (!applied) return false;
    const ended = this.sessions.removeWhere(subject, ({ value }) => ends(value));
    if (note !== undefined) this.keepNotes(subject, ended, { note, now });
    if (cutOff !== null) this.cutOffs.set(subject, cutOff);
    this.#report(subject);
    return true;
  }

  deny(subject: string, jti: string, lifetime: number | null, deadline: number, note?: string): boolean {
    const now = this.sweep();
    if (now > deadline) return false;
    this.addDenial(subject, { jti, until: lifetime === null ? null : now + lifetime }, now);
    const until = this.denials.get(subject, jti);
    if (note !== undefined && until !== undefined) this.notes.putDenial(subject, jti, { note, now }, until);
    this.#report(subject);
    return true;
  }

  listSessions(subject: string): SessionRecord[] {
    return this.sessions.list(subject, this.sweep());
  }

  override listSessionPage(subject: string, query: SessionPageQuery): SessionPage {
    const { values: sessions, next } = this.sessions.page(subject, this.sweep(), query);
    return { sessions, next };
  }

  override listNoted(subject: string): NotedRevocation[] {
    const noted = this.notes.list(subject, this.sweep());
    return noted.sort((left, right) => right.createdAt - left.createdAt);
  }

  override listNotedPage(subject: string, query: SessionPageQuery): NotedPage {
    const { values: entries, next } = this.notes.page(subject, this.sweep(), query);
    return { entries, next };
  }

  /**
   * Reports the changes to the live connections of this process.
   *
   * @internal
   */
  onLocalChange(listener: (subject: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #report(subject: string): void {
    for (const listener of this.#listeners) listener(subject);
  }

  /** Removes a few expired entries, so that no call ever has to remove many. Returns the time. */
  private sweep(): number {
    const now = this.clock();
    this.denials.sweep(now);
    this.sessions.sweep(now);
    this.notes.sweep(now);
    return now;
  }

  /** Warns in a worker of a cluster and under PM2, where other processes have stores of their own. */
  override describeProblems(): string[] {
    const problem = otherProcesses();
    return problem === null ? [] : [problem];
  }

  private isDenied(subject: string, jti: string): boolean {
    const until = this.denials.get(subject, jti);
    return until !== undefined && until > this.clock();
  }

  private addDenial(subject: string, { jti, until }: Denial, now: number): void {
    this.denials.deny(subject, jti, until ?? Infinity, now);
    this.notes.prolongDenial(subject, jti, until ?? Infinity, now);
  }

  /** Removes a session, and keeps the note with which it ends. */
  private end(subject: string, sid: string, now: number, note?: string): void {
    const session = note === undefined ? null : this.sessions.find(subject, sid, now);
    const keepUntil = this.sessions.endOf(subject, sid) ?? now;
    if (session !== null && note !== undefined) this.notes.putSession(subject, session, { note, now }, keepUntil);
    this.sessions.remove(subject, sid);
  }

  private write<Answer>(
    decision: Decision<Answer>,
    { subject, sid }: { readonly subject: string; readonly sid: string },
    now: number,
  ): Answer {
    let { answer } = decision;
    if (decision.write === 'end') this.sessions.remove(subject, sid);
    if (decision.write === 'session') {
      const { record, keepUntil, denial, maxPerSubject } = decision;
      this.sessions.put(subject, record, keepUntil ?? Infinity);
      if (denial !== null) this.addDenial(subject, denial, now);
      if (maxPerSubject !== null) answer = { ...answer, othersEnded: this.limit(subject, maxPerSubject, now) };
    }
    this.#report(subject);
    return answer;
  }

  /**
   * Ends the least recently used sessions beyond a limit, at most some of them. The next new session ends others. Returns whether
   * one has ended.
   */
  private limit(subject: string, maxPerSubject: number, now: number): boolean {
    if (this.sessions.countOf(subject) <= maxPerSubject) return false;
    this.sessions.removeWhere(subject, ({ removeAt }) => removeAt <= now);
    let steps = 0;
    for (const sid of this.sessions.namesOf(subject)) {
      if (this.sessions.countOf(subject) <= maxPerSubject || steps === SESSIONS_PER_STEP) break;
      this.sessions.remove(subject, sid);
      steps++;
    }
    return steps > 0;
  }

  /** Keeps the note of sessions that ended. Many of them do not hold the event loop, but then the process must not end meanwhile. */
  private keepNotes(subject: string, ended: readonly Entry<SessionRecord>[], note: NewNote): void {
    for (const { value, removeAt } of ended.slice(0, SESSIONS_PER_STEP)) {
      if (removeAt > note.now) this.notes.putSession(subject, value, note, removeAt);
    }
    const left = ended.slice(SESSIONS_PER_STEP);
    if (left.length > 0) setImmediate(() => this.keepNotes(subject, left, note));
  }
}
