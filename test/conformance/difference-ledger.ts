import type { AdapterName } from './app/conformance-app.js';
import type { Difference } from './differences.js';
import type { StepResult } from './harness/comparison.js';
import type { ScenarioGroup } from './harness/scenario.js';
import { readSelector, selectsScenario, type StepSelector } from './step-selector.js';

/** The result of a step by the table. An undeclared difference becomes a readable complaint. */
interface CheckedStep extends StepResult {
  readonly complaint: string | null;
}

/** One location in a row of the table: a scenario, and a step if the row names steps. */
interface Claim {
  readonly difference: Difference;
  readonly selector: StepSelector;
  readonly step: number | null;
  used: boolean;
}

/** Compares the table of differences with the found differences, in both directions. */
export class DifferenceLedger {
  private readonly claims: readonly Claim[];
  private readonly run = new Set<string>();

  constructor(differences: readonly Difference[]) {
    this.claims = differences.flatMap((difference) =>
      difference.where
        .map(readSelector)
        .flatMap((selector) =>
          [...(selector.steps ?? [null])].map((step) => ({ difference, selector, step, used: false })),
        ),
    );
  }

  /** The results of a scenario by the table. A row with a sentence of the contract declares the differences that it covers. */
  check(adapter: AdapterName, group: string, scenario: string, results: readonly StepResult[]): CheckedStep[] {
    this.run.add(`${group} / ${scenario}`);
    return results.map((result) => {
      if (result.class === 'same' || result.class === 'wording') return { ...result, complaint: null };
      const claims = this.claims.filter((claim) => covers(claim, adapter, group, scenario, result));
      for (const claim of claims) claim.used = true;
      const allowed = claims.some(({ difference }) => result.class === 'declared' || difference.contract !== undefined);
      if (allowed) return { ...result, class: 'declared', complaint: null };
      return { ...result, class: 'DIFFERENT', complaint: complaint(result, claims.length > 0) };
    });
  }

  /** Locations of the table without a difference, among the scenarios that ran. */
  unused(groups: readonly ScenarioGroup[], adapter: AdapterName): string[] {
    return this.claims
      .filter(({ used, difference }) => !used && (difference.adapter ?? adapter) === adapter)
      .filter(({ selector }) =>
        groups.every(({ name, scenarios }) =>
          scenarios
            .filter(({ scenario }) => selectsScenario(selector, name, scenario.name))
            .every(({ scenario }) => this.run.has(`${name} / ${scenario.name}`)),
        ),
      )
      .map(
        ({ difference, selector, step }) =>
          `${difference.id}: ${selector.text}${step === null ? '' : ` (step ${step})`}`,
      );
  }
}

function covers(claim: Claim, adapter: AdapterName, group: string, scenario: string, result: StepResult): boolean {
  const { difference, selector, step } = claim;
  return (
    selectsScenario(selector, group, scenario) &&
    (step === null || step === result.step) &&
    (difference.adapter === undefined || difference.adapter === adapter) &&
    difference.answers.includes(result.ours)
  );
}

function complaint(result: StepResult, isInTable: boolean): string {
  const lines = result.deviations.map(
    ({ path, golden, ours }) => `    ${path || '.'}: ${short(golden)} -> ${short(ours)}`,
  );
  const remedy = isInTable
    ? 'the scenario does not allow it: the row has to quote the contract'
    : 'no row in differences.ts';
  return [`${result.class} step ${result.step} ${result.request} (${remedy})`, ...lines].join('\n');
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}
