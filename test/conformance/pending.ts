import { readSelector, selectsScenario } from './step-selector.js';

/** Scenarios that are not run yet, and what they wait for. Taking a line out runs them. */
const PENDING: readonly { readonly where: string; readonly waitsFor: string }[] = [];

const SELECTORS = PENDING.map(({ where, waitsFor }) => ({ selector: readSelector(where), waitsFor }));

/** What a scenario waits for; `null` when it is run. */
export function pendingReason(group: string, scenario: string): string | null {
  return SELECTORS.find(({ selector }) => selectsScenario(selector, group, scenario))?.waitsFor ?? null;
}
