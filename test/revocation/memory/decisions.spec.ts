import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { describeDecisions, type SeededStore } from '../decisions/describe-decisions.js';

/** A store that opens and rotates sessions of the past: the test sets its clock to the times of the session. */
function seededStore(): SeededStore {
  let now = Date.now();
  const store = new MemoryRevocationStore({ now: () => now });
  return {
    store,
    stopClock: (time) => {
      now = time;
    },
    put(subject, { record, keepUntil }) {
      const { sid, currentId, parentId, issuedAt, csrf, openedAt, lastUsedAt, expiresAt, device } = record;
      const token = (id: string) => ({ id, issuedAt, csrf, lifetime: null });
      const maxAge = expiresAt === null ? null : expiresAt - openedAt;
      const limits = { maxAge, leeway: (keepUntil ?? 0) - (expiresAt ?? 0) };
      const session = { subject, sid, ...limits };
      now = openedAt;
      const open = { ...session, token: token(parentId ?? currentId), device, maxPerSubject: null, existing: false };
      store.openSession(open, Infinity);
      now = lastUsedAt;
      const rotation = { ...session, successor: token(currentId), grace: 0, adopt: null };
      if (parentId !== null) store.present({ ...rotation, presentedId: parentId }, Infinity);
      expect(store.lookUp({ subject, sid, jti: null }).session).toEqual(record);
    },
  };
}

describe('MemoryRevocationStore', () => {
  const seeded = seededStore();
  describeDecisions(() => seeded, { clockStands: true });
});
