import type {
  CurrentRefreshToken,
  EndSessions,
  LookUp,
  LookUpQuery,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  SessionRecord,
} from '../../../src/stores/revocation-store.js';

interface Kept {
  subject: string;
  record: SessionRecord;
  leavesAt: number;
}

/** A store as plain as can be: lists that are searched through, where nothing is ever tidied away. */
export class ModelStore {
  time = 1_800_000_000_000;
  /** In order of use. */
  private sessions: Kept[] = [];
  private denials: { subject: string; jti: string; until: number }[] = [];
  private cutOffs: { subject: string; time: number }[] = [];

  lookUp({ subject, sid, jti }: LookUpQuery): LookUp {
    const cutOffs = this.cutOffs.filter((cutOff) => cutOff.subject === subject).map(({ time }) => time);
    return {
      session: sid === null ? null : this.find(subject, sid),
      denied: jti !== null && this.isDenied(subject, jti),
      cutOff: cutOffs.length === 0 ? null : Math.max(...cutOffs),
    };
  }

  openSession(open: OpenSession, deadline: number) {
    if (this.time > deadline) return { outcome: 'late' };
    const there = this.find(open.subject, open.sid);
    if (open.existing && there === null) return { outcome: 'unknown' };
    const opened =
      open.existing && there
        ? { openedAt: there.openedAt, device: there.device }
        : { openedAt: this.time, device: open.device };
    const session = this.keep(open, open.token, { ...opened, parentId: null, rotatedAt: null });
    this.limit(open.subject, open.maxPerSubject);
    return { outcome: 'opened', session };
  }

  private limit(subject: string, most: number | null): void {
    const longestUnused = most === null ? [] : [...this.listSessions(subject)].slice(most);
    for (const { sid } of longestUnused) this.remove(subject, sid);
  }

  present(token: PresentedRefreshToken, deadline: number): RefreshOutcome {
    if (this.time > deadline) return { outcome: 'late' };
    const { subject, sid, presentedId, successor, grace, adopt } = token;
    const session = this.find(subject, sid);
    const rotation = { parentId: presentedId, rotatedAt: this.time };
    if (session === null) {
      if (!adopt || !successor || this.isDenied(subject, presentedId)) return { outcome: 'unknown' };
      const { cutOff } = this.lookUp({ subject, sid: null, jti: null });
      if (cutOff !== null && adopt.issuedAt <= Math.floor(cutOff / 1000)) return { outcome: 'unknown' };
      this.deny(subject, presentedId, adopt.denyFor, deadline);
      const opened = { openedAt: this.time, device: null, ...rotation };
      const adopted = this.keep(token, successor, opened);
      this.limit(subject, adopt.maxPerSubject);
      return { outcome: 'rotated', session: adopted };
    }
    if (presentedId === session.currentId) {
      if (successor === null) return { outcome: 'current', session };
      return { outcome: 'rotated', session: this.keep(token, successor, { ...session, ...rotation }) };
    }
    if (presentedId === session.parentId && this.time < (session.rotatedAt ?? NaN) + grace) {
      return { outcome: 'repeated', session };
    }
    this.remove(subject, sid);
    return { outcome: 'reused' };
  }

  endSession(subject: string, sid: string, deadline: number): boolean {
    if (this.time > deadline) return false;
    this.remove(subject, sid);
    return true;
  }

  endSessions({ subject, before, except }: EndSessions, deadline: number): boolean {
    if (this.time > deadline) return false;
    const time = Math.min(before ?? this.time, this.time);
    for (const { sid, openedAt } of this.listSessions(subject)) {
      if (openedAt <= time && sid !== except) this.remove(subject, sid);
    }
    this.cutOffs.push({ subject, time });
    return true;
  }

  deny(subject: string, jti: string, lifetime: number | null, deadline: number): boolean {
    if (this.time > deadline) return false;
    this.denials.push({ subject, jti, until: lifetime === null ? Infinity : this.time + lifetime });
    return true;
  }

  listSessions(subject: string): SessionRecord[] {
    const hers = this.sessions.filter((kept) => kept.subject === subject && this.time < kept.leavesAt);
    return hers.map(({ record }) => record).reverse();
  }

  private find(subject: string, sid: string): SessionRecord | null {
    return this.listSessions(subject).find((record) => record.sid === sid) ?? null;
  }

  private remove(subject: string, sid: string): void {
    this.sessions = this.sessions.filter((kept) => kept.subject !== subject || kept.record.sid !== sid);
  }

  private isDenied(subject: string, jti: string): boolean {
    return this.denials.some((denial) => denial.subject === subject && denial.jti === jti && this.time < denial.until);
  }

  private keep(
    { subject, sid, maxAge, leeway }: Pick<OpenSession, 'subject' | 'sid' | 'maxAge' | 'leeway'>,
    token: CurrentRefreshToken,
    { openedAt, device, parentId, rotatedAt }: Pick<SessionRecord, 'openedAt' | 'device' | 'parentId' | 'rotatedAt'>,
  ): SessionRecord {
    const ends: number[] = [];
    if (token.lifetime !== null) ends.push(this.time + token.lifetime * 1000);
    if (maxAge !== null) ends.push(openedAt + maxAge);
    const expiresAt = ends.length > 0 ? Math.min(...ends) : null;
    const record = {
      sid,
      currentId: token.id,
      parentId,
      rotatedAt,
      issuedAt: token.issuedAt,
      refreshExpires: expiresAt === null ? null : token.issuedAt + Math.floor((expiresAt - this.time) / 1000),
      csrf: token.csrf,
      openedAt,
      lastUsedAt: this.time,
      expiresAt,
      device,
    };
    this.remove(subject, sid);
    this.sessions.push({ subject, record, leavesAt: expiresAt === null ? Infinity : expiresAt + leeway });
    return record;
  }
}
