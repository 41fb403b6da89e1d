import { readFileSync } from 'node:fs';
import { differencesDocument } from './differences-document.js';
import { DIFFERENCES, DIFFERENCES_BY_TOPIC } from './differences.js';
import { loadGroups } from './harness/scenario.js';
import { readSelector, selectsScenario } from './step-selector.js';

describe('the differences from Flask-JWT-Extended', () => {
  it('equal docs/reference/differences.md (npm run docs:differences)', () => {
    const written = readFileSync(new URL('../../docs/reference/differences.md', import.meta.url), 'utf8');
    expect(written).toBe(differencesDocument(DIFFERENCES_BY_TOPIC));
  });

  it('have different names', () => {
    const ids = DIFFERENCES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('name only scenarios and steps that exist', () => {
    const groups = loadGroups();
    const lost = DIFFERENCES.flatMap(({ id, where }) =>
      where.map(readSelector).flatMap((selector) => {
        const chosen = groups.flatMap(({ name, scenarios }) =>
          scenarios.filter(({ scenario }) => selectsScenario(selector, name, scenario.name)),
        );
        const steps = [...(selector.steps ?? [1])];
        const isFound = steps.every((step) => chosen.some(({ scenario }) => step <= scenario.steps.length));
        return isFound ? [] : [`${id}: ${selector.text}`];
      }),
    );
    expect(lost).toEqual([]);
  });
});
