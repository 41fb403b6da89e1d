import type { SessionRecord } from '../revocation-store.js';
import { ownText } from './own-text.js';
import { SubjectTable } from './subject-table.js';

/** The sessions of all subjects by `sid`. */
export class SessionTable extends SubjectTable<SessionRecord> {
  /** Stores a session's record, which makes it the last used one of its subject. Callers cannot change the record. */
  put(subject: string, record: SessionRecord, removeAt: number): void {
    const value = Object.freeze({ ...record, device: ownText(record.device) });
    this.store(subject, record.sid, { value, removeAt });
  }
}
