import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PAGES } from './page.js';

const pages = [...PAGES, 'SECURITY.md', 'CHANGELOG.md', 'examples/README.md'];

const withoutCode = (text: string) => text.replace(/^ *```.*?^ *```$/gms, '');

/** The anchors of a page, as GitHub and the site build them from the headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let [anchor, count] = [slug, 0];
    while (anchors.has(anchor)) anchor = `${slug}-${++count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links of a page that stay in the repository: in its text, and in the images. */
function linksOf(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)|\b(?:src|href|srcset)="([^"]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

function fault(page: string, target: string): string[] {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (relative('.', file).startsWith('..') || !existsSync(file)) return [`${target}: no such file`];
  if (anchor === undefined) return [];
  if (statSync(file).isDirectory() || !file.endsWith('.md')) return [`${target}: only pages have anchors`];
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? [] : [`${target}: no such heading`];
}

it.each(pages)('%s links only to files and headings that exist', (page) => {
  expect(linksOf(readFileSync(page, 'utf8')).flatMap((target) => fault(page, target))).toEqual([]);
});

it('finds links to a file, to a heading and of an image', () => {
  const text =
    '[a](a.md#b) ![c](c.svg) <img src="d.png"> [e](https://example.com) `[f](f.md)`\n\n```md\n[g](g.md)\n```\n';
  expect(linksOf(text)).toEqual(['a.md#b', 'c.svg', 'd.png']);
  expect(fault('README.md', 'no.md')).toEqual(['no.md: no such file']);
  expect(fault('README.md', '../README.md')).toEqual(['../README.md: no such file']);
  expect(fault('README.md', '#no-such-heading')).toEqual(['#no-such-heading: no such heading']);
});

it('builds the anchor of a heading', () => {
  expect([...anchorsOf('# `a()` and [B](c.md), d-e_f\n\n## Two\n\n## Two\n\n```sh\n# no\n```\n')]).toEqual([
    'a-and-b-d-e_f',
    'two',
    'two-1',
  ]);
});
