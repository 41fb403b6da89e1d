import { adopting } from './facts/adopting.js';
import { concurrency } from './facts/concurrency.js';
import { denying } from './facts/denying.js';
import { endingMany, endingOne } from './facts/ending.js';
import { expiring } from './facts/expiring.js';
import type { Facts } from './facts/facts.js';
import { lateness } from './facts/lateness.js';
import { limiting } from './facts/limiting.js';
import { clock, listing, lookingUp } from './facts/looking-up.js';
import { opening, replacing } from './facts/opening.js';
import { presenting, repeating } from './facts/presenting.js';
import { reusing, unknownSessions } from './facts/reusing.js';
import { StoreSubject } from './store-subject.js';
import type { StoreUnderTest } from './store-under-test.js';
import { globalRunner, type TestRunner } from './test-runner.js';

const TOPICS: Readonly<Record<string, Facts>> = {
  'the clock': clock,
  'openSession of a new session': opening,
  'openSession of an existing session': replacing,
  'openSession with a limit': limiting,
  'present: the current token': presenting,
  'present: a used token again': repeating,
  'present: a reuse': reusing,
  'present: unknown sessions': unknownSessions,
  'present: adopting a token': adopting,
  endSession: endingOne,
  endSessions: endingMany,
  deny: denying,
  lookUp: lookingUp,
  listSessions: listing,
  expiry: expiring,
  'a write after its deadline': lateness,
  'concurrent calls': concurrency,
};

/**
 * Runs the suite that every `RevocationStore` must pass. It calls `create` before each test. The stores can share a server,
 * because each test uses its own subjects. The suite finds the functions of Jest and Vitest (`globals: true`). For
 * `node:test`, pass them as `runner`.
 *
 * @throws TypeError without a test runner.
 */
export function describeRevocationStore(
  name: string,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
  runner: TestRunner = globalRunner(),
): void {
  runner.describe(name, () => {
    for (const [topic, facts] of Object.entries(TOPICS)) {
      runner.describe(topic, () => describeFacts(facts, create, runner));
    }
  });
}

function describeFacts(
  facts: Facts,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
  { it, beforeEach, afterEach }: TestRunner,
): void {
  let underTest: StoreUnderTest | undefined;
  beforeEach(async () => {
    underTest = await create();
  });
  afterEach(async () => {
    // This also runs after a failed `create`, where there is no store to close.
    const opened = underTest;
    underTest = undefined;
    await opened?.close?.();
  });
  for (const [fact, show] of Object.entries(facts)) {
    it(fact, async () => show(new StoreSubject(underTest as StoreUnderTest)));
  }
}
