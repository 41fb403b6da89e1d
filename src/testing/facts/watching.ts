import { equal, throws } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { StoreWatch } from '../../stores/revocation-store.js';
import { adoption, refreshToken, type StoreSubject } from '../store-subject.js';
import type { Facts } from './facts.js';

/** Fails unless a change of a subject is reported before the answer to the next ping. */
async function expectReport(
  alice: StoreSubject,
  prepare: (subject: StoreSubject) => Promise<() => Promise<unknown>>,
): Promise<void> {
  if (alice.store.watchProblem !== null) return;
  const reports: (string | null)[] = [];
  const watch: StoreWatch = await alice.store.watch((subject) => void reports.push(subject));
  try {
    const change = await prepare(alice.inAnotherProcess());
    await watch.ping();
    reports.splice(0);
    await change();
    await watch.ping();
    const isReported = reports.some((subject) => subject === alice.hash || subject === null);
    equal(isReported, true, `The change of the subject was not reported: ${JSON.stringify(reports)}`);
  } finally {
    watch.close();
  }
}

export const watching: Facts = {
  'is refused by a store that says why it cannot': async (alice) => {
    if (alice.store.watchProblem !== null) throws(() => alice.store.watch(() => undefined), TypeError);
  },

  'reports the end of a session': (alice) =>
    expectReport(alice, async (other) => {
      const { sid } = await other.open();
      return () => other.end(sid);
    }),

  'reports the end of all sessions, also if there is none': async (alice) => {
    await expectReport(alice, async (other) => () => other.endAll());
    await expectReport(alice, async (other) => {
      await other.open();
      return async () => other.endAll({ before: await other.now() });
    });
  },

  'reports a denied jti, also if it is denied for longer': (alice) =>
    expectReport(alice, async (other) => {
      await other.deny('a jti', 60_000);
      return () => other.deny('a jti', null);
    }),

  'reports the session that a reused token ends': (alice) =>
    expectReport(alice, async (other) => {
      const session = await other.open();
      return () => other.present(session.sid, randomUUID());
    }),

  'reports the session that a limit ends': (alice) =>
    expectReport(alice, async (other) => {
      await other.open();
      return () => other.open({ maxPerSubject: 1 });
    }),

  'reports the jti that an adoption denies': (alice) =>
    expectReport(alice, async (other) => () => other.present(other.newSid(), randomUUID(), { adopt: adoption() })),

  'reports the session that a token without a lifetime ends': (alice) =>
    expectReport(alice, async (other) => {
      const { sid } = await other.open();
      return () => other.openWith({ sid, existing: true, token: refreshToken({ lifetime: 0 }) });
    }),

  'reports nothing after it was closed': async (alice) => {
    if (alice.store.watchProblem !== null) return;
    let reports = 0;
    const watch = await alice.store.watch(() => void reports++);
    await watch.ping();
    watch.close();
    watch.close();
    reports = 0;
    await alice.inAnotherProcess().deny('a jti', 60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(reports, 0);
  },
};
