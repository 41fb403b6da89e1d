import fc from 'fast-check';
import { MemoryRevocationStore } from '../../../src/stores/memory/memory-revocation.store.js';
import { ModelStore } from './model.js';

// Few values, so that they occur together: also a jti that equals a sid, and an id that begins like another one.
const SUBJECTS = ['a', 'a:b'];
const SIDS = ['a.1', 'a.2', 'b:a.1'];
const IDS = ['1', '2', '3', 'a.1', 'b:1'];

const subject = fc.constantFrom(...SUBJECTS);
const sid = fc.constantFrom(...SIDS);
const id = fc.constantFrom(...IDS);
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
const milliseconds = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(500, 1_000, 2_500, 60_000));
const token = fc.record({
  id,
  issuedAt: fc.integer({ min: 1_700_000_000, max: 1_700_000_100 }),
  csrf: orNull(fc.string({ maxLength: 3 })),
  lifetime: orNull(fc.integer({ min: 1, max: 4 })),
});
const limits = { maxAge: orNull(milliseconds), leeway: fc.constantFrom(0, 0, 5, 3_000) };

/** Milliseconds from now. A write at the time of its deadline is still in time. */
const deadline = fc.constantFrom(-1, 0, 1, 1_000, 1_000, 1_000);

type Store = MemoryRevocationStore | ModelStore;
type Step = (store: Store, now: number) => unknown;

/** A step that is shown as text when a property fails. */
function step<T>(name: string, arbitrary: fc.Arbitrary<T>, act: (values: T, store: Store, now: number) => unknown) {
  return arbitrary.map((values): { run: Step; toString(): string } => ({
    run: (store, now) => act(values, store, now),
    toString: () => `${name} ${fc.stringify(values)}`,
  }));
}

const open = fc.record({
  open: fc.record({
    subject,
    sid,
    token,
    device: orNull(fc.string({ maxLength: 3 })),
    maxPerSubject: orNull(fc.integer({ min: 1, max: 2 })),
    existing: fc.boolean(),
    ...limits,
  }),
  deadline,
});
const present = fc.record({
  presented: fc.record({
    subject,
    sid,
    presentedId: id,
    successor: fc.option(token, { nil: null, freq: 5 }),
    grace: fc.constantFrom(0, 1, 10, 1_000, 60_000),
    adopt: orNull(
      fc.record({
        denyFor: orNull(milliseconds),
        issuedAt: fc.integer({ min: 1_800_000_000 - 2, max: 1_800_000_000 + 2 }),
        maxPerSubject: orNull(fc.integer({ min: 1, max: 2 })),
      }),
    ),
    ...limits,
  }),
  deadline,
});
const end = fc.record({ subject, before: orNull(fc.integer({ min: -30, max: 30 })), except: orNull(sid), deadline });

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: step('open', open, (values, store, now) => store.openSession(values.open, now + values.deadline)),
  },
  {
    weight: 6,
    arbitrary: step('present', present, (values, store, now) => store.present(values.presented, now + values.deadline)),
  },
  step('end', fc.tuple(subject, sid, deadline), ([owner, session, late], store, now) =>
    store.endSession(owner, session, now + late),
  ),
  step('endAll', end, ({ deadline: late, before, ...args }, store, now) =>
    store.endSessions({ ...args, before: before === null ? null : now + before }, now + late),
  ),
  step('deny', fc.tuple(subject, id, orNull(milliseconds), deadline), ([owner, jti, lifetime, late], store, now) =>
    store.deny(owner, jti, lifetime, now + late),
  ),
);

/** The answers to all look-ups and lists. */
function everything(store: Store) {
  const queries = SUBJECTS.flatMap((owner) =>
    [null, ...SIDS].flatMap((session) => [null, ...IDS].map((jti) => ({ subject: owner, sid: session, jti }))),
  );
  return [queries.map((query) => store.lookUp(query)), SUBJECTS.map((owner) => store.listSessions(owner))];
}

const runs = Number(process.env.FAST_CHECK_RUNS ?? 400);

describe('MemoryRevocationStore', () => {
  it('returns the same as the model after any sequence of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(steps, fc.oneof(fc.constant(0), milliseconds)), { maxLength: 40 }), (sequence) => {
        const model = new ModelStore();
        const store = new MemoryRevocationStore({ now: () => model.time });
        for (const [{ run }, pause] of sequence) {
          expect(run(store, model.time)).toEqual(run(model, model.time));
          expect(everything(store)).toEqual(everything(model));
          model.time += pause;
        }
        expect(everything(store)).toEqual(everything(model));
      }),
      { numRuns: runs },
    );
  });
});
