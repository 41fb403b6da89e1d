import type { NotedRevocation, SessionRecord } from '../revocation-store.js';
import { ownText } from './own-text.js';
import { SubjectTable } from './subject-table.js';

/** A note, and when the application passed it. */
export interface NewNote {
  readonly note: string;
  readonly now: number;
}

/** What was revoked with a note, of all subjects. */
export class NoteTable extends SubjectTable<NotedRevocation> {
  /** Keeps the note of a session that ends, for as long as the session's record would have stayed. */
  putSession(subject: string, session: SessionRecord, { note, now }: NewNote, removeAt: number): void {
    const { sid, openedAt, lastUsedAt, expiresAt, device } = session;
    const ended = Object.freeze({ sid, openedAt, lastUsedAt, expiresAt, device });
    this.put(subject, `s:${sid}`, { session: ended, jti: null, note, createdAt: now }, removeAt);
  }

  /** Keeps the note of a denial. A denial that has a note keeps it. */
  putDenial(subject: string, jti: string, { note, now }: NewNote, removeAt: number): void {
    const name = `j:${jti}`;
    if (this.find(subject, name, now) === null) {
      this.put(subject, name, { session: null, jti: ownText(jti), note, createdAt: now }, removeAt);
    }
  }

  /** The note of a denial stays as long as the denial, which was prolonged. */
  prolongDenial(subject: string, jti: string, removeAt: number, now: number): void {
    const name = `j:${jti}`;
    const value = this.find(subject, name, now);
    if (value !== null && removeAt > (this.endOf(subject, name) ?? 0)) this.store(subject, name, { value, removeAt });
  }

  private put(subject: string, name: string, value: NotedRevocation, removeAt: number): void {
    this.store(subject, name, { value: Object.freeze({ ...value, note: ownText(value.note) }), removeAt });
  }
}
