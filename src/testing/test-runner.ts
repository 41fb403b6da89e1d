/** What the suite needs of a test runner: Jest, Vitest and `node:test` have it under these names. */
export interface TestRunner {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Describes a test. */
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /** Runs before each test of a group. */
  readonly beforeEach: (body: () => Promise<void>) => unknown;
  /** Runs after each test of a group. */
  readonly afterEach: (body: () => Promise<void>) => unknown;
}

const NAMES = ['describe', 'it', 'beforeEach', 'afterEach'] as const;

/** The runner among the caller's globals; throws a `TypeError` where there is none. */
export function globalRunner(): TestRunner {
  const globals = globalThis as unknown as TestRunner;
  for (const name of NAMES) {
    if (typeof globals[name] === 'function') continue;
    throw new TypeError(
      `There is no global ${name}(). Give the runner's functions as the last argument: { ${NAMES.join(', ')} }.`,
    );
  }
  return globals;
}
