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
  'openSession of one that is there': replacing,
  'openSession with a limit': limiting,
  'present: the current token': presenting,
  'present: a token a second time': repeating,
  'present: a reuse': reusing,
  'present: sessions that are not there': unknownSessions,
  'present: adopting a token': adopting,
  endSession: endingOne,
  endSessions: endingMany,
  deny: denying,
  lookUp: lookingUp,
  listSessions: listing,
  'what ends by itself': expiring,
  'a write that comes too late': lateness,
  'many at once': concurrency,
};

/**
 * Runs the suite every `RevocationStore` has to pass. `create` is called before each test; stores may share a server,
 * each test brings subjects of its own. Under Jest and Vitest (`globals: true`) the runner's functions are found by
 * themselves; give those of `node:test` as `runner`. Throws a `TypeError` where there is no runner.
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
    // Runs after a `create` that failed, too, which has nothing to close.
    const opened = underTest;
    underTest = undefined;
    await opened?.close?.();
  });
  for (const [fact, show] of Object.entries(facts)) {
    it(fact, async () => show(new StoreSubject(underTest as StoreUnderTest)));
  }
}
