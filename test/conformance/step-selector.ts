/** Some steps of the scenarios in the syntax `group / scenario / steps`. A `*` in a name means any text. */
export interface StepSelector {
  readonly text: string;
  readonly group: RegExp;
  readonly scenario: RegExp;
  /** `null` means all steps. */
  readonly steps: ReadonlySet<number> | null;
}

/** Reads `csrf`, `csrf / odd csrf claims` or `csrf / odd csrf claims / 1, 5-7`. */
export function readSelector(text: string): StepSelector {
  const [group = '', scenario = '*', steps] = text.split(' / ');
  return { text, group: pattern(group), scenario: pattern(scenario), steps: steps ? readSteps(steps) : null };
}

export function selectsScenario(selector: StepSelector, group: string, scenario: string): boolean {
  return selector.group.test(group) && selector.scenario.test(scenario);
}

function pattern(name: string): RegExp {
  const escaped = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

function readSteps(text: string): ReadonlySet<number> {
  const steps = new Set<number>();
  for (const part of text.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let step = first; step <= last; step++) steps.add(step);
  }
  return steps;
}
