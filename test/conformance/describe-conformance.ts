import { cacheMode } from '../support/cache-mode.js';
import type { AdapterName } from './app/conformance-app.js';
import { ConformanceServer } from './app/conformance-server.js';
import { DifferenceLedger } from './difference-ledger.js';
import type { Difference } from './differences.js';
import { compareScenario, type ComparisonOptions, type StepResult } from './harness/comparison.js';
import { exchange } from './harness/http-exchange.js';
import { runScenario } from './harness/scenario-run.js';
import { loadGroups, type Recording, type Scenario } from './harness/scenario.js';
import { pendingReason } from './pending.js';

/** A recorded library. */
export interface RecordedLibrary {
  readonly name: string;
  /** The folder of its scenarios; `''`: the data folder itself. */
  readonly folder: string;
  readonly differences: readonly Difference[];
  readonly compare: ComparisonOptions;
  readonly setup: { readonly library?: 'flask-jwt' };
}

/** Every scenario as a test, on one of the HTTP servers. */
export function describeConformance(adapter: AdapterName, library: RecordedLibrary): void {
  const groups = loadGroups(library.folder);
  const ledger = new DifferenceLedger(library.differences);
  const server = new ConformanceServer(adapter, cacheMode());
  const counts = { same: 0, wording: 0, declared: 0, DIFFERENT: 0, equalDespiteAdvice: 0 };
  let port: number;

  async function record(scenario: Scenario): Promise<Recording> {
    const { refused } = await server.prepare({ ...scenario, ...library.setup });
    if (refused !== null) return { name: scenario.name, steps: [], refused };
    return runScenario(scenario, (request) => exchange(port, request));
  }

  function count(results: readonly StepResult[]): void {
    for (const result of results) {
      counts[result.class] += 1;
      if (result.equalDespiteAdvice) counts.equalDespiteAdvice += 1;
    }
  }

  describe(`${adapter} answers like ${library.name}`, () => {
    beforeAll(async () => {
      port = await server.listen(0);
    });
    afterAll(async () => {
      await server.close();
      process.stdout.write(`conformance with ${library.name} on ${adapter}: ${JSON.stringify(counts)}\n`);
    });

    describe.each(groups)('$name', ({ name: group, scenarios }) => {
      for (const { scenario, golden } of scenarios) {
        const waitsFor = pendingReason(group, scenario.name);
        if (waitsFor !== null) {
          it.todo(`${scenario.name} (waits for ${waitsFor})`);
          continue;
        }
        it(scenario.name, async () => {
          const results = compareScenario(scenario, golden, await record(scenario), library.compare);
          const checked = ledger.check(adapter, group, scenario.name, results);
          count(checked);
          const complaints = checked.flatMap(({ complaint }) => complaint ?? []);
          if (complaints.length > 0) throw new Error(complaints.join('\n'));
        });
      }
    });
  });

  describe('the table of differences', () => {
    it(`has no row without a difference on ${adapter}`, () => {
      expect(ledger.unused(groups, adapter)).toEqual([]);
    });
  });
}
