import { readFileSync } from 'node:fs';
import { FLASK_JWT_DIFFERENCES } from '../conformance/flask-jwt-differences.js';
import { FLASK_JWT_NAMES, FLASK_JWT_SETTINGS } from '../../src/options/flask-jwt-settings.js';

const text = readFileSync('docs/migration/from-flask-jwt.md', 'utf8');
const rows = [...text.matchAll(/^\| `JWT_.*$/gm)].map(([row]) => row.split('|').slice(1, 3).map(quoted));

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

it('shows every setting of Flask-JWT once', () => {
  const shown = rows.flatMap(([names = []]) => names.filter((name) => name.startsWith('JWT_')));
  expect(shown.sort()).toEqual([...FLASK_JWT_NAMES, 'JWT_SECRET_KEY', 'JWT_ALGORITHM'].sort());
});

it.each(Object.entries(FLASK_JWT_SETTINGS))('shows the option of %s', (setting, { option }) => {
  const row = rows.find(([names = []]) => names.includes(setting));
  expect(row?.[1]).toContain(option);
});

it('shows each difference from Flask-JWT, and no other', () => {
  const shown = [...text.matchAll(/^- \*\*(.+?)\*\*$/gms)].map(([, ours = '']) => ours.replace(/\s+/g, ' '));
  expect(shown).toEqual(FLASK_JWT_DIFFERENCES.map(({ ours }) => ours));
});
