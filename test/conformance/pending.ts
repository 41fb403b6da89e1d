import { readSelector, selectsScenario } from './step-selector.js';

/** Scenarios that are not run yet, and what they wait for. Taking a line out runs them. */
const PENDING: readonly { readonly where: string; readonly waitsFor: string }[] = [
  { where: 'algorithms / RS*', waitsFor: 'key pairs' },
  { where: 'algorithms / PS*', waitsFor: 'key pairs' },
  { where: 'algorithms / ES*', waitsFor: 'key pairs' },
  { where: 'algorithms / EdDSA*', waitsFor: 'key pairs' },
  { where: 'algorithms / alg confusion: *', waitsFor: 'key pairs' },
  { where: 'algorithms / keys of the wrong family', waitsFor: 'key pairs' },
  { where: 'algorithms / an EC key of the wrong curve', waitsFor: 'key pairs' },
  { where: 'algorithms / a PEM that is none', waitsFor: 'key pairs' },
  { where: 'algorithms / no keys for RS256', waitsFor: 'key pairs' },
  { where: 'algorithms / public key only', waitsFor: 'key pairs' },
];

const SELECTORS = PENDING.map(({ where, waitsFor }) => ({ selector: readSelector(where), waitsFor }));

/** What a scenario waits for; `null` when it is run. */
export function pendingReason(group: string, scenario: string): string | null {
  return SELECTORS.find(({ selector }) => selectsScenario(selector, group, scenario))?.waitsFor ?? null;
}
