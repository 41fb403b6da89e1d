import type { OpenOutcome, PresentedRefreshToken, RefreshOutcome, SessionRecord } from 'nestjs-jwt-extended/store';
import type { SessionWrite } from '../../../src/stores/session-decisions.js';
import type { StoredSession } from '../../../src/stores/session-renewal.js';
import type { EndCase, OpenCase, PresentCase, StateCase } from './case.js';

/** Turns the relative times of a case into times of a clock. `base`, in milliseconds, is a whole second. */
export class CaseInTime {
  constructor(
    readonly base: number,
    readonly subject: string,
  ) {}

  time(relative: number | null): number | null {
    return relative === null ? null : this.base + relative;
  }

  deadline({ deadline = 600_000 }: { readonly deadline?: number }): number {
    return this.base + deadline;
  }

  sessions({ sessions = [] }: StateCase): StoredSession[] {
    return sessions.map((stored) => this.stored(stored));
  }

  /** The sessions whose time is not over, the last used first. */
  currentSessions(state: StateCase): SessionRecord[] {
    const current = this.sessions(state).filter(({ keepUntil }) => keepUntil === null || keepUntil > this.base);
    return current.map(({ record }) => record).sort((left, right) => right.lastUsedAt - left.lastUsedAt);
  }

  session(state: StateCase, sid: string): SessionRecord | null {
    return this.currentSessions(state).find((record) => record.sid === sid) ?? null;
  }

  cutOff({ cutOff = null }: StateCase | EndCase): number | null {
    return this.time(cutOff);
  }

  isDenied({ denied = {} }: StateCase, jti: string): boolean {
    return (denied[jti] ?? -1) > 0;
  }

  present({ present }: PresentCase): PresentedRefreshToken {
    const { adopt, ...token } = present;
    const { subject } = this;
    return { ...token, subject, adopt: adopt && { ...adopt, issuedAt: this.base / 1_000 + adopt.issuedAt } };
  }

  open({ open }: OpenCase) {
    return { ...open, subject: this.subject };
  }

  end({ end }: EndCase) {
    return { ...end, before: this.time(end.before), subject: this.subject };
  }

  answer<Answer extends OpenOutcome | RefreshOutcome>(answer: Answer): Answer {
    return 'session' in answer ? { ...answer, session: this.record(answer.session) } : answer;
  }

  write(write: SessionWrite): SessionWrite {
    if (write.write !== 'session') return write;
    const { denial } = write;
    return { ...write, ...this.stored(write), denial: denial && { ...denial, until: this.time(denial.until) } };
  }

  private stored({ record, keepUntil }: StoredSession): StoredSession {
    return { record: this.record(record), keepUntil: this.time(keepUntil) };
  }

  private record(record: SessionRecord): SessionRecord {
    const { base } = this;
    const times = { openedAt: base + record.openedAt, lastUsedAt: base + record.lastUsedAt };
    return { ...record, ...times, rotatedAt: this.time(record.rotatedAt), expiresAt: this.time(record.expiresAt) };
  }
}
