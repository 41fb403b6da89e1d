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

interface Stored {
  subject: string;
  record: SessionRecord;
  keepUntil: number;
}

/** The simplest store: it searches lists, and never removes what has expired. */
export class ModelStore {
  time = 1_800_000_000_000;
  /** The last used one is the last. */
  private sessions: Stored[] = [];
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
    const found = this.find(open.subject, open.sid);
    if (open.existing && found === null) return { outcome: 'unknown' };
    const opened =
      open.existing && found
        ? { openedAt: found.openedAt, device: found.device }
        : { openedAt: this.time, device: open.device };
    const session = this.renew(open, open.token, { ...opened, parentId: null, rotatedAt: null });
    if (session === null) return { outcome: 'unknown' };
    return { outcome: 'opened', session, ...(!open.existing && this.limit(open.subject, open.maxPerSubject)) };
  }

  private limit(subject: string, most: number | null) {
    if (most === null) return {};
    const beyond = this.listSessions(subject).slice(most);
    for (const { sid } of beyond) this.remove(subject, sid);
    return { othersEnded: beyond.length > 0 };
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
      const adopted = this.renew(token, successor, { openedAt: this.time, device: null, ...rotation });
      if (adopted === null) return { outcome: 'unknown' };
      this.deny(subject, presentedId, adopt.denyFor, deadline);
      return { outcome: 'rotated', session: adopted, ...this.limit(subject, adopt.maxPerSubject) };
    }
    if (presentedId === session.currentId) {
      if (successor === null) return { outcome: 'current', session };
      const rotated = this.renew(token, successor, { ...session, ...rotation });
      return rotated === null ? { outcome: 'unknown' } : { outcome: 'rotated', session: rotated };
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
    const current = this.sessions.filter((stored) => stored.subject === subject && this.time < stored.keepUntil);
    return current.map(({ record }) => record).reverse();
  }

  private find(subject: string, sid: string): SessionRecord | null {
    return this.listSessions(subject).find((record) => record.sid === sid) ?? null;
  }

  private remove(subject: string, sid: string): void {
    this.sessions = this.sessions.filter((stored) => stored.subject !== subject || stored.record.sid !== sid);
  }

  private isDenied(subject: string, jti: string): boolean {
    return this.denials.some((denial) => denial.subject === subject && denial.jti === jti && this.time < denial.until);
  }

  /** Gives a session a new token; a session that has no time left ends, and there is no record. */
  private renew(
    { subject, sid, maxAge, leeway }: Pick<OpenSession, 'subject' | 'sid' | 'maxAge' | 'leeway'>,
    token: CurrentRefreshToken,
    { openedAt, device, parentId, rotatedAt }: Pick<SessionRecord, 'openedAt' | 'device' | 'parentId' | 'rotatedAt'>,
  ): SessionRecord | null {
    this.remove(subject, sid);
    const ends: number[] = [];
    if (token.lifetime !== null) ends.push(this.time + token.lifetime * 1000);
    if (maxAge !== null) ends.push(openedAt + maxAge);
    const expiresAt = ends.length > 0 ? Math.min(...ends) : null;
    if (expiresAt !== null && expiresAt <= this.time) return null;
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
    this.sessions.push({ subject, record, keepUntil: expiresAt === null ? Infinity : expiresAt + leeway });
    return record;
  }
}
