import { existsSync, readdirSync } from 'node:fs';
import { codeBlocks, readme } from './readme.js';

it('links only to files that exist', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  const files = links.filter((target) => !target.startsWith('https://'));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

it('shows every folder of src, and only paths that exist', () => {
  const tree = codeBlocks.find(({ code }) => code.startsWith('src/\n'))?.code ?? '';
  const paths: string[] = [];
  for (const [, indent = '', name = ''] of tree.matchAll(/^( *)(\S+)/gm))
    paths.push(indent === '' ? name : `src/${name}`);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(paths).toEqual(expect.arrayContaining(folders.map(({ name }) => `src/${name}/`)));
});
