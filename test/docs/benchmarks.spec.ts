import { readFileSync } from 'node:fs';

const page = readFileSync('docs/operations/benchmarks.md', 'utf8');
const appendix = readFileSync('docs/operations/benchmarks-appendix.md', 'utf8');
const tables = (text: string) => [...text.matchAll(/^\|.+\|\n\| -/gm)].length;

it('the page of the benchmarks has the picture and five tables', () => {
  expect(page).toContain('](benchmarks.svg)');
  expect([...page.matchAll(/^## .+\?$/gm)]).toHaveLength(5);
  expect(tables(page)).toBe(5);
});

it('the appendix has the other tables', () => {
  expect(tables(appendix)).toBeGreaterThan(20);
  expect(appendix).not.toMatch(/^### guard alone, HS256$/m);
});
