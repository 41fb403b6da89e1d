import { posix } from 'node:path';
import type { BuiltSite } from './built-site.js';

/** The values of some attributes of a page. Code in a page has no elements with them. */
function valuesOf(html: string, attribute: string): string[] {
  return [...html.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&'),
  );
}

const isOutside = (target: string) => /^([a-z]+:|\/\/)/.test(target);

/** The links of the built site. */
export function describeLinks(site: BuiltSite): void {
  it('has a page for each page of docs', () => {
    expect(site.pages().length).toBeGreaterThan(40);
    expect(site.has('guide/keys.html')).toBe(true);
    expect(site.has('reference/api/main/classes/TokenService.html')).toBe(true);
  });

  it('links only to pages and headings that exist', () => {
    const ids = new Map(site.pages().map((page) => [page, new Set(valuesOf(site.read(page), 'id'))]));
    const faults = [...ids.keys()].flatMap((page) =>
      [...new Set(valuesOf(site.read(page), 'href'))]
        .filter((target) => !isOutside(target))
        .filter((target) => {
          const [path = '', anchor] = target.split('#');
          const absolute = path === '' ? page : posix.join('/', posix.dirname(page), path).slice(1);
          const file = path.startsWith('/') ? path.slice(1) : absolute;
          const found = file === '' || file.endsWith('/') ? `${file}index.html` : file;
          if (!site.has(found)) return true;
          return anchor !== undefined && anchor !== '' && ids.get(found)?.has(decodeURIComponent(anchor)) === false;
        })
        .map((target) => `${page}: ${target}`),
    );
    expect(faults).toEqual([]);
  });

  it('loads nothing from another host', () => {
    const loaded = site.pages().flatMap((page) => {
      const html = site.read(page);
      const sheets = [...html.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href = '']) => href);
      return [...valuesOf(html, 'src'), ...sheets].filter(isOutside).map((target) => `${page}: ${target}`);
    });
    expect(loaded).toEqual([]);
  });

  it('has each page of docs in the sidebar', () => {
    const linked = new Set(valuesOf(site.read('index.html'), 'href'));
    const pages = site.pages().filter((page) => !/^(source|reference\/api\/\w+\/.*\/|index\.html)/.test(page));
    expect(pages.filter((page) => !linked.has(`/${page.replace(/index\.html$/, '')}`))).toEqual([]);
  });

  it('lists the pages in llms.txt, with the Markdown of each', () => {
    const targets = [...site.read('llms.txt').matchAll(/^- \[.+?\]\((.+?)\)/gm)].map(([, target = '']) => target);
    expect(targets).toContain('guide/keys.md');
    expect(targets.filter((target) => !site.has(target))).toEqual([]);
    expect(site.read('llms-full.txt')).toContain('# Keys');
  });
}
