import { posix } from 'node:path';
import { AppModule } from '../../sample/src/app.module.js';
import { anchorsOf } from '../docs/links.js';
import { startApp, type RunningApp } from '../support/adapters.js';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
});
afterAll(() => app.close());

const get = (path: string) => fetch(`${app.url}${path}`, { headers: { Connection: 'close' } });

/** The targets of the links and pictures of a page. Code in a page has no elements with them. */
const targetsOf = (html: string) => [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
const isOutside = (target: string) => /^[a-z]+:/.test(target);

it('begins with README.md', async () => {
  const answer = await get('/documentation');
  expect(answer.url).toBe(`${app.url}/documentation/README.md`);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await answer.text()).toContain('<h1 id="nestjs-jwt-extended">nestjs-jwt-extended</h1>');
});

it('has each page and file that a page links to, with its headings', async () => {
  const pages = new Map<string, string>();
  const seen = new Set(['/documentation/README.md']);
  const faults: string[] = [];
  const anchors: { from: string; path: string; anchor: string }[] = [];
  // The set grows while the loop runs.
  for (const path of seen) {
    const answer = await get(path);
    const text = await answer.text();
    if (answer.status !== 200) faults.push(`${path}: ${answer.status}`);
    if (!path.endsWith('.md')) continue;
    pages.set(path, text);
    // The other addresses with a slash are those of the sample's page.
    for (const target of targetsOf(text).filter((each) => !isOutside(each) && !/^\/(?!documentation)/.test(each))) {
      const [relative = '', anchor] = target.split('#');
      const absolute = relative === '' ? path : posix.join(posix.dirname(path), relative);
      const found = relative.startsWith('/') ? relative : absolute;
      seen.add(found);
      if (anchor !== undefined) anchors.push({ from: path, path: found, anchor });
    }
  }
  const missing = anchors.filter(({ path, anchor }) => !pages.get(path)?.includes(` id="${decodeURI(anchor)}"`));
  expect(faults).toEqual([]);
  expect(missing).toEqual([]);
  expect(pages.size).toBeGreaterThan(60);
});

it('gives headings the anchors that they have on GitHub', async () => {
  const { pageOf } = await import('../../sample/src/documentation/markdown.js');
  const text = '# `a()` and [B](c.md), d-e_f\n\n## Names with `__Host-`\n';
  for (const anchor of anchorsOf(text)) expect(pageOf(text)).toContain(` id="${anchor}"`);
});

it.each([
  '/documentation/package.json',
  '/documentation/.git/config',
  '/documentation/docs/..%2fpackage.json',
  '/documentation/docs/%2e%2e/package.json',
  '/documentation/docs/..%2f..%2f..%2fetc/passwd',
  '/documentation/docs/no-such-page.md',
  '/documentation/src/index.ts',
])('does not serve %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

it('has no style and no script in its markup, which the content security policy forbids', async () => {
  const { pageOf } = await import('../../sample/src/documentation/markdown.js');
  expect(pageOf('| a |\n| -: |\n| 1 |\n')).not.toMatch(/style="/);
  for (const page of ['README.md', 'docs/operations/benchmarks.md']) {
    expect(await (await get(`/documentation/${page}`)).text()).not.toMatch(/<script| style="| on\w+="/);
  }
});
