import { readdirSync, readFileSync } from 'node:fs';
import type ts from 'typescript';

interface PublicTypes {
  readonly entries: ReadonlyMap<string, readonly ts.Symbol[]>;
}

const script = async (file: string) =>
  (await import(new URL(`../../scripts/api/${file}`, import.meta.url).href)) as object;
const { publicTypes } = (await script('public-types.mjs')) as { publicTypes: () => PublicTypes };
const { reports } = (await script('report.mjs')) as { reports: (types: PublicTypes) => ReadonlyMap<string, string> };
const { unexportedTypes } = (await script('unexported.mjs')) as { unexportedTypes: (types: PublicTypes) => string[] };
const { optionalWithoutUndefined } = (await script('optional-properties.mjs')) as {
  optionalWithoutUndefined: (types: PublicTypes) => string[];
};

describe('the public surface', () => {
  const types = publicTypes();
  const current = reports(types);

  it('has a report for each entry', () => {
    expect(readdirSync('api').sort()).toEqual([...current.keys()].sort());
  });

  it.each([...current])('equals api/%s; after an intended change run: npm run api', (file, text) => {
    expect(text).toBe(readFileSync(`api/${file}`, 'utf8'));
  });

  it('exports every type that a public signature names', () => {
    expect(unexportedTypes(types)).toEqual([]);
  });

  it('exports each name from one entry only', () => {
    const names = [...types.entries.values()].flat().map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('accepts undefined for every optional property', () => {
    // A duration without a value is refused, because it would be 0.
    const refusing = optionalWithoutUndefined(types).filter((property) => !property.startsWith('DurationFields.'));
    expect(refusing).toEqual([]);
  });

  it('has no default export', () => {
    expect([...types.entries.values()].flat().filter(({ name }) => name === 'default')).toEqual([]);
  });
});
