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

/** `iat` of every token of the suite. It differs from the store's time, because a record must not derive `iat` from its clock. */
export const ISSUED_AT = 1_700_000_000;

type Overrides<T> = Partial<Omit<T, 'subject'>>;

/** A subject of the store under test, with short methods for the calls of the store. Each test has its own subject. */
export class StoreSubject {
  readonly hash = randomId();
  readonly store: RevocationStore;

  constructor(private readonly underTest: StoreUnderTest) {
    this.store = underTest.store;
  }

  /** Another subject in the same store. */
  other(): StoreSubject {
    return new StoreSubject(this.underTest);
  }

  /** The id of a session in our format: the hash of the subject, a dot, 16 random bytes. */
  newSid(): string {
    return `${this.hash}.${randomId()}`;
  }

  async now(): Promise<number> {
    return this.store.now();
  }

  /** Waits until the store's clock reaches a time. */
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
   * Runs an action that must end within a number of milliseconds. If a busy machine took longer, the result says nothing about
   * the store, so the action runs again with twice the time.
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

  async inTime(): Promise<number> {
    return (await this.now()) + 600_000;
  }

  async tooLate(): Promise<number> {
    return (await this.now()) - 1_000;
  }

  async openWith(overrides: Overrides<OpenSession> = {}, deadline?: number) {
    const { hash: subject } = this;
    const defaults = { maxAge: null, leeway: 0, device: null, maxPerSubject: null, existing: false };
    const open = { ...defaults, sid: this.newSid(), token: refreshToken(), ...overrides, subject };
    return this.store.openSession(open, deadline ?? (await this.inTime()));
  }

  /** Opens a session and returns its record. */
  async open(overrides: Overrides<OpenSession> = {}): Promise<SessionRecord> {
    const answer = await this.openWith(overrides);
    equal(answer.outcome, 'opened');
    return plain((answer as { session: SessionRecord }).session);
  }

  /** Presents a refresh token of a session. By default it has a successor and a grace of one minute. */
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

  /** Consumes the current refresh token of a session and returns the new record. */
  async rotate(session: SessionRecord, overrides: Overrides<PresentedRefreshToken> = {}): Promise<SessionRecord> {
    return sessionOf('rotated', await this.present(session.sid, session.currentId, overrides));
  }

  async end(sid: string): Promise<void> {
    equal(await this.store.endSession(this.hash, sid, await this.inTime()), true);
  }

  async endAll(overrides: Overrides<EndSessions> = {}): Promise<void> {
    const end = { before: null, except: null, ...overrides, subject: this.hash };
    equal(await this.store.endSessions(end, await this.inTime()), true);
  }

  async deny(jti: string, lifetime: number | null): Promise<void> {
    equal(await this.store.deny(this.hash, jti, lifetime, await this.inTime()), true);
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

  /** The sorted ids of the sessions, for tests that do not check the order. */
  async sids(): Promise<string[]> {
    return (await this.list()).map(({ sid }) => sid).sort();
  }
}

function randomId(): string {
  return randomBytes(16).toString('base64url');
}

/** A new refresh token with a lifetime of one hour. */
export function refreshToken(overrides: Partial<CurrentRefreshToken> = {}): CurrentRefreshToken {
  return { id: randomUUID(), issuedAt: ISSUED_AT, csrf: randomUUID(), lifetime: 3_600, ...overrides };
}

/** A token of another service, issued after every cut-off. Its `jti` is denied for one hour after it has opened a session. */
export function adoption(overrides: Partial<Adoption> = {}): Adoption {
  return { denyFor: 3_600_000, issuedAt: 4_000_000_000, maxPerSubject: null, ...overrides };
}

/** The session of an outcome. Fails if the outcome is another one. */
export function sessionOf(outcome: 'current' | 'rotated' | 'repeated', answer: RefreshOutcome): SessionRecord {
  equal(answer.outcome, outcome);
  return plain((answer as { session: SessionRecord }).session);
}

/** Fails unless the result is this outcome, which has no session. */
export function expectOutcome(outcome: 'reused' | 'unknown' | 'late', answer: { outcome: string }): void {
  deepEqual({ ...answer }, { outcome });
}

/** Copies the fields of the contract. The row of a driver can have another prototype or additional columns. */
function plain(record: SessionRecord): SessionRecord {
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
