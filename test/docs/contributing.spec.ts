import { readdirSync } from 'node:fs';
import { quoted, rowsOf } from './page.js';

it('lists every folder of src, and only folders that exist', () => {
  const listed = rowsOf('CONTRIBUTING.md', ['folder', 'contents']).flatMap(([cell]) => quoted(cell));
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const known = ['files in `src/`', '../examples/'];
  expect(listed.filter((name) => name !== 'src/' && !known.includes(name)).sort()).toEqual(
    folders.map(({ name }) => `${name}/`).sort(),
  );
});
