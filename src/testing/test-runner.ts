/** The functions of a test runner that the suite needs. Jest, Vitest and `node:test` have them under these names. */
export interface TestRunner {
  /** Declares a group of tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Declares a test. */
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /** Runs before each test of a group. */
  readonly beforeEach: (body: () => Promise<void>) => unknown;
  /** Runs after each test of a group. */
  readonly afterEach: (body: () => Promise<void>) => unknown;
}

const NAMES = ['describe', 'it', 'beforeEach', 'afterEach'] as const;

/** The test runner among the globals.
 *
 * @throws TypeError if there is none.
 */
export function globalRunner(): TestRunner {
  const globals = globalThis as unknown as TestRunner;
  for (const name of NAMES) {
    if (typeof globals[name] === 'function') continue;
    throw new TypeError(
      `There is no global ${name}(). Pass the functions of your test runner as the last argument: { ${NAMES.join(', ')} }.`,
    );
  }
  return globals;
}
