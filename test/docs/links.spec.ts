import { anchorsOf, faultOf, faultsOf, linksOf } from './links.js';
import { PAGES } from './page.js';

const pages = [...PAGES, 'SECURITY.md', 'CHANGELOG.md', 'examples/README.md'];

it.each(pages)('%s links only to files and headings that exist', (page) => {
  expect(faultsOf(page)).toEqual([]);
});

it('finds links to a file, to a heading and of an image', () => {
  const text =
    '[a](a.md#b) ![c](c.svg) <img src="d.png"> [e](https://example.com) `[f](f.md)`\n\n```md\n[g](g.md)\n```\n';
  expect(linksOf(text)).toEqual(['a.md#b', 'c.svg', 'd.png']);
  expect(faultOf('README.md', 'no.md')).toEqual(['no.md: no such file']);
  expect(faultOf('README.md', '../README.md')).toEqual(['../README.md: no such file']);
  expect(faultOf('README.md', '#no-such-heading')).toEqual(['#no-such-heading: no such heading']);
});

it('builds the anchor of a heading', () => {
  expect([...anchorsOf('# `a()` and [B](c.md), d-e_f\n\n## Two\n\n## Two\n\n```sh\n# no\n```\n')]).toEqual([
    'a-and-b-d-e_f',
    'two',
    'two-1',
  ]);
});
