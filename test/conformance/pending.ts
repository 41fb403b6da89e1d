import { readSelector, selectsScenario } from './step-selector.js';

/** Scenarios that do not run yet, and the missing feature. Remove a line to run its scenarios. */
const PENDING: readonly { readonly where: string; readonly waitsFor: string }[] = [];

const SELECTORS = PENDING.map(({ where, waitsFor }) => ({ selector: readSelector(where), waitsFor }));

/** The missing feature of a scenario, or `null` if it runs. */
export function pendingReason(group: string, scenario: string): string | null {
  return SELECTORS.find(({ selector }) => selectsScenario(selector, group, scenario))?.waitsFor ?? null;
}
