import { adopting } from './facts/adopting.js';
import { bounds } from './facts/bounds.js';
import { concurrency } from './facts/concurrency.js';
import { denying } from './facts/denying.js';
import { endingMany, endingOne } from './facts/ending.js';
import { expiring } from './facts/expiring.js';
import type { Facts } from './facts/facts.js';
import { lateness } from './facts/lateness.js';
import { limiting } from './facts/limiting.js';
import { clock, listing, lookingUp, lookingUpMany } from './facts/looking-up.js';
import { manySessions } from './facts/many-sessions.js';
import { notedPages } from './facts/noted-pages.js';
import { noting } from './facts/noting.js';
import { opening, replacing } from './facts/opening.js';
import { paging } from './facts/paging.js';
import { presenting, repeating } from './facts/presenting.js';
import { reusing, unknownSessions } from './facts/reusing.js';
import { watching } from './facts/watching.js';
import { StoreSubject } from './store-subject.js';
import type { StoreUnderTest } from './store-under-test.js';
import { globalRunner, type TestRunner } from './test-runner.js';

const TOPICS: Readonly<Record<string, Facts>> = {
  'now and describeProblems': clock,
  'openSession with a new session': opening,
  'openSession with an existing session': replacing,
  'openSession with a limit': limiting,
  'present with the current token': presenting,
  'present with the parent within grace': repeating,
  'present with another token': reusing,
  'present without a session': unknownSessions,
  'present with a token to adopt': adopting,
  endSession: endingOne,
  endSessions: endingMany,
  deny: denying,
  lookUp: lookingUp,
  lookUpMany: lookingUpMany,
  listSessions: listing,
  listSessionPage: paging,
  'a subject with many sessions': manySessions,
  'notes and listNoted': noting,
  listNotedPage: notedPages,
  'the passing of time': expiring,
  'the largest numbers': bounds,
  'a write after its deadline': lateness,
  watch: watching,
  'many calls at once': concurrency,
};

/**
 * Declares the tests that every `RevocationStore` must pass. `create` is called before each test. Stores can share a server,
 * since each test has subjects of its own. The functions of Jest, or of Vitest with `globals: true`, are found among the
 * globals; for `node:test` pass them as `runner`.
 *
 * @throws TypeError if there is no test runner.
 * @example
 * ```ts
 * describeRevocationStore('MyStore', () => ({ store: new MyStore() }));
 * ```
 */
export function describeRevocationStore(
  name: string,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
  runner: TestRunner = globalRunner(),
): void {
  runner.describe(name, () => {
    for (const [topic, facts] of Object.entries(TOPICS)) {
      runner.describe(topic, () => declareFacts(facts, create, runner));
    }
  });
}

function declareFacts(
  facts: Facts,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
  { it, beforeEach, afterEach }: TestRunner,
): void {
  let underTest: StoreUnderTest | undefined;
  beforeEach(async () => {
    underTest = await create();
  });
  afterEach(async () => {
    // If `create` has failed, there is nothing to close.
    const opened = underTest;
    underTest = undefined;
    await opened?.close?.();
  });
  for (const [fact, prove] of Object.entries(facts)) {
    it(fact, async () => prove(new StoreSubject(underTest as StoreUnderTest)));
  }
}
