import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Adoption,
  CurrentRefreshToken,
  EndSessions,
  LookUp,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  RevocationStore,
  SessionRecord,
} from '../stores/revocation-store.js';
import type { StoreUnderTest } from './store-under-test.js';

/** `iat` of the suite's tokens, in seconds. It differs from the store's time, which must not get into NumericDates. */
export const ISSUED_AT = 1_700_000_000;

type Overrides<T> = Partial<Omit<T, 'subject'>>;

/** A subject of the store under test, with short names for calls that concern it. Each test has its own subject. */
export class StoreSubject {
  readonly store: RevocationStore;

  constructor(
    private readonly underTest: StoreUnderTest,
    readonly hash = randomId(),
  ) {
    this.store = underTest.store;
  }

  /** Another subject of the same store. */
  other(): StoreSubject {
    return new StoreSubject(this.underTest);
  }

  /** The same subject, as another process sees it. */
  inAnotherProcess(): StoreSubject {
    const { store, peer = store } = this.underTest;
    return new StoreSubject({ ...this.underTest, store: peer }, this.hash);
  }

  /** A session id in the format of the library: the subject's hash, a dot, 16 random bytes. */
  newSid(): string {
    return `${this.hash}.${randomId()}`;
  }

  async now(): Promise<number> {
    return this.store.now();
  }

  /** Waits until the store's clock has reached a time. */
  async reach(time: number): Promise<void> {
    for (let now = await this.now(); now < time; now = await this.now()) {
      if (this.underTest.advanceClock) await this.underTest.advanceClock(time - now);
      else await new Promise((resolve) => setTimeout(resolve, Math.min(time - now, 1_000)));
    }
  }

  async pass(ms: number): Promise<void> {
    await this.reach((await this.now()) + ms);
  }

  /**
   * Runs an action that must end within so many milliseconds. If a busy machine took longer, the result says nothing about
   * the store: the action runs again, with twice the time.
   */
  async within<T>(ms: number, action: (ms: number) => Promise<T>): Promise<T> {
    for (let limit = ms; ; limit *= 2) {
      const from = await this.now();
      const [result] = await Promise.allSettled([action(limit)]);
      if ((await this.now()) - from >= limit) continue;
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }
  }

  /** A deadline that no test reaches. */
  async inTime(): Promise<number> {
    return (await this.now()) + 600_000;
  }

  /** A deadline that has passed. */
  async tooLate(): Promise<number> {
    return (await this.now()) - 1_000;
  }

  async openWith(overrides: Overrides<OpenSession> = {}, deadline?: number) {
    const { hash: subject } = this;
    const defaults = { maxAge: null, leeway: 0, device: null, maxPerSubject: null, existing: false };
    const open = { ...defaults, sid: this.newSid(), token: refreshToken(), ...overrides, subject };
    return this.store.openSession(open, deadline ?? (await this.inTime()));
  }

  /** Opens a session. Fails if the store does not. */
  async open(overrides: Overrides<OpenSession> = {}): Promise<SessionRecord> {
    const answer = await this.openWith(overrides);
    equal(answer.outcome, 'opened');
    return plain((answer as { session: SessionRecord }).session);
  }

  /** Presents a refresh token of a session for rotation, with a grace of one minute. */
  async present(
    sid: string,
    presentedId: string,
    overrides: Overrides<PresentedRefreshToken> = {},
    deadline?: number,
  ): Promise<RefreshOutcome> {
    const defaults = { maxAge: null, leeway: 0, successor: refreshToken(), grace: 60_000, adopt: null };
    const token = { ...defaults, ...overrides, subject: this.hash, sid, presentedId };
    return this.store.present(token, deadline ?? (await this.inTime()));
  }

  /** Rotates the current refresh token of a session. Fails if the store does not. */
  async rotate(session: SessionRecord, overrides: Overrides<PresentedRefreshToken> = {}): Promise<SessionRecord> {
    return sessionOf('rotated', await this.present(session.sid, session.currentId, overrides));
  }

  async end(sid: string, ...note: [note?: string]): Promise<void> {
    equal(await this.store.endSession(this.hash, sid, await this.inTime(), ...note), true);
  }

  async endAll(overrides: Overrides<EndSessions> = {}): Promise<void> {
    const end = { before: null, except: null, ...overrides, subject: this.hash };
    equal(await this.store.endSessions(end, await this.inTime()), true);
  }

  async deny(jti: string, lifetime: number | null, ...note: [note?: string]): Promise<void> {
    equal(await this.store.deny(this.hash, jti, lifetime, await this.inTime(), ...note), true);
  }

  async lookUp(sid: string | null, jti: string | null = null): Promise<LookUp> {
    const { session, denied, cutOff } = await this.store.lookUp({ subject: this.hash, sid, jti });
    return { session: session === null ? null : plain(session), denied, cutOff };
  }

  async session(sid: string): Promise<SessionRecord | null> {
    return (await this.lookUp(sid)).session;
  }

  async isDenied(jti: string): Promise<boolean> {
    return (await this.lookUp(null, jti)).denied;
  }

  async cutOff(): Promise<number | null> {
    return (await this.lookUp(null)).cutOff;
  }

  async list(): Promise<SessionRecord[]> {
    return (await this.store.listSessions(this.hash)).map(plain);
  }

  /** What was revoked with a note, without the times. */
  async noted(): Promise<unknown[]> {
    const entries = await this.store.listNoted(this.hash);
    return entries.map(({ session, jti, note }) => ({ session: session && { ...session }, jti, note }));
  }

  /** The ids of its sessions, sorted, for tests that are not about the order. */
  async sids(): Promise<string[]> {
    return (await this.list()).map(({ sid }) => sid).sort();
  }
}

function randomId(): string {
  return randomBytes(16).toString('base64url');
}

/** A refresh token that becomes the current one. It lives for an hour. */
export function refreshToken(overrides: Partial<CurrentRefreshToken> = {}): CurrentRefreshToken {
  return { id: randomUUID(), issuedAt: ISSUED_AT, csrf: randomUUID(), lifetime: 3_600, ...overrides };
}

/** How a token is adopted that was issued after every cut-off. Then its `jti` is denied for an hour. */
export function adoption(overrides: Partial<Adoption> = {}): Adoption {
  return { denyFor: 3_600_000, issuedAt: 4_000_000_000, maxPerSubject: null, ...overrides };
}

/** The session of an answer. Fails if the answer has another outcome. */
export function sessionOf(outcome: 'current' | 'rotated' | 'repeated', answer: RefreshOutcome): SessionRecord {
  equal(answer.outcome, outcome);
  return plain((answer as { session: SessionRecord }).session);
}

/** Fails unless the answer is exactly this outcome, without a session. */
export function expectOutcome(outcome: 'reused' | 'unknown' | 'late', answer: { outcome: string }): void {
  deepEqual({ ...answer }, { outcome });
}

/** Only the fields of the contract: rows of a driver can have another prototype, or columns of the store itself. */
export function plain(record: SessionRecord): SessionRecord {
  const { sid, currentId, parentId, rotatedAt, issuedAt, refreshExpires } = record;
  const { csrf, openedAt, lastUsedAt, expiresAt, device } = record;
  return {
    sid,
    currentId,
    parentId,
    rotatedAt,
    issuedAt,
    refreshExpires,
    csrf,
    openedAt,
    lastUsedAt,
    expiresAt,
    device,
  };
}
