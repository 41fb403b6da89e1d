import { existsSync, readdirSync } from 'node:fs';
import { readPage } from '../docs/page.js';

it('shows every folder of src, and only paths that exist', () => {
  const tree = readPage('README.md').blocks.find(({ code }) => code.startsWith('src/\n'))?.code ?? '';
  const paths: string[] = [];
  for (const [, indent = '', name = ''] of tree.matchAll(/^( *)(\S+)/gm))
    paths.push(indent === '' ? name : `src/${name}`);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(paths).toEqual(expect.arrayContaining(folders.map(({ name }) => `src/${name}/`)));
});
