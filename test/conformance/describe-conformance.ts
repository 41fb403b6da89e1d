import { cacheMode } from '../support/cache-mode.js';
import type { AdapterName } from './app/conformance-app.js';
import { ConformanceServer } from './app/conformance-server.js';
import { DifferenceLedger } from './difference-ledger.js';
import { DIFFERENCES } from './differences.js';
import { compareScenario, type StepResult } from './harness/comparison.js';
import { exchange } from './harness/http-exchange.js';
import { runScenario } from './harness/scenario-run.js';
import { loadGroups, type Recording, type Scenario } from './harness/scenario.js';
import { pendingReason } from './pending.js';

const groups = loadGroups();

/** Every scenario as a test, on one of the HTTP servers. */
export function describeConformance(adapter: AdapterName): void {
  const ledger = new DifferenceLedger(DIFFERENCES);
  const server = new ConformanceServer(adapter, cacheMode());
  const counts = { same: 0, wording: 0, declared: 0, DIFFERENT: 0, equalDespiteAdvice: 0 };
  let port: number;

  async function record(scenario: Scenario): Promise<Recording> {
    const { refused } = await server.prepare(scenario);
    if (refused !== null) return { name: scenario.name, steps: [], refused };
    return runScenario(scenario, (request) => exchange(port, request));
  }

  function count(results: readonly StepResult[]): void {
    for (const result of results) {
      counts[result.class] += 1;
      if (result.equalDespiteAdvice) counts.equalDespiteAdvice += 1;
    }
  }

  describe(`${adapter} answers like Flask-JWT-Extended`, () => {
    beforeAll(async () => {
      port = await server.listen(0);
    });
    afterAll(async () => {
      await server.close();
      process.stdout.write(`conformance on ${adapter}: ${JSON.stringify(counts)}\n`);
    });

    describe.each(groups)('$name', ({ name: group, scenarios }) => {
      for (const { scenario, golden } of scenarios) {
        const waitsFor = pendingReason(group, scenario.name);
        if (waitsFor !== null) {
          it.todo(`${scenario.name} (waits for ${waitsFor})`);
          continue;
        }
        it(scenario.name, async () => {
          const results = compareScenario(scenario, golden, await record(scenario));
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
