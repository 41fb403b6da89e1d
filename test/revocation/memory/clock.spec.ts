import { MemoryRevocationStore } from '../../../src/stores/memory/memory-revocation.store.js';

const START = Date.now();
const NO_DEADLINE = Infinity;

function storeAt(start: number) {
  const clock = { now: start };
  const store = new MemoryRevocationStore({ now: () => clock.now });
  const token = (id: string) => ({ id, issuedAt: 0, csrf: null, lifetime: 3_600 });
  const limits = { maxAge: null, leeway: 0 };
  const open = { subject: 's', sid: 's.1', device: null, maxPerSubject: null, existing: false, ...limits };
  const presented = { subject: 's', sid: 's.1', grace: 0, adopt: null, ...limits };
  return {
    clock,
    store,
    open: () => store.openSession({ ...open, token: token('first') }, NO_DEADLINE),
    present: (presentedId: string, next: string) =>
      store.present({ ...presented, presentedId, successor: token(next) }, NO_DEADLINE).outcome,
  };
}

describe('a MemoryRevocationStore whose clock goes back', () => {
  it('repeats no rotation without grace', () => {
    const { clock, open, present } = storeAt(START);
    open();
    expect(present('first', 'second')).toBe('rotated');
    clock.now -= 60_000;
    expect(present('first', 'third')).toBe('reused');
  });

  it('ends all sessions, even those that were opened in the future', () => {
    const { clock, store, open } = storeAt(START);
    open();
    clock.now -= 60_000;
    store.endSessions({ subject: 's', before: null, except: null }, NO_DEADLINE);
    expect(store.listSessions('s')).toEqual([]);
  });
});

describe('a MemoryRevocationStore', () => {
  it('uses the clock of the machine, and answers without promises', () => {
    const before = Date.now();
    const store = new MemoryRevocationStore();
    const now = store.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    expect(store.lookUp({ subject: 's', sid: 's.1', jti: 'jti' })).toEqual({
      session: null,
      denied: false,
      cutOff: null,
    });
    expect(store.endSession('s', 's.1', now + 1_000)).toBe(true);
  });

  it('returns records that callers cannot change', () => {
    const { store, open } = storeAt(START);
    open();
    const { session } = store.lookUp({ subject: 's', sid: 's.1', jti: null });
    expect(() => Object.assign(session as object, { currentId: 'mine' })).toThrow(TypeError);
  });
});
