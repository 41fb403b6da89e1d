import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { readPages } from '../../scripts/site/pages.mjs';
import { groups } from './navigation.mjs';
import { searchOptions } from './search.mjs';

const site = new URL('../../artifacts/site/', import.meta.url);
const pathOf = (name) => fileURLToPath(new URL(name, site));
const pages = readPages(pathOf('pages'));
const summaries = new Map(pages.map(({ path, summary }) => [path, summary]));
const sidebar = groups(pages);

/** The anchors of GitHub, so that a link works there and on the site. */
function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** Wide tables scroll in a box of their own, which the keyboard reaches. */
function scrollingTables(markdown) {
  markdown.renderer.rules.table_open = () =>
    '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>\n';
  markdown.renderer.rules.table_close = () => '</table></div>\n';
}

/**
 * What the search reads of a page. A page of the API is one entry: its headings are the same on each page. The page of questions
 * repeats each question, and would be found instead of the answer.
 */
function searchable(text, env, markdown) {
  const html = markdown.render(text, env);
  if (env.frontmatter?.search === false || env.relativePath === 'questions.md') return '';
  return env.relativePath.startsWith('reference/api/') ? html.replace(/<(\/?)h[2-6]\b/g, '<$1p') : html;
}

/** The addresses at which an entry of the menu is marked. */
function activeMatchOf(text) {
  const paths = { Tasks: '^/guide/', Reference: '^/reference/(?!api)', API: '^/reference/api' };
  return paths[text] ?? `^/${text.toLowerCase()}/`;
}

export default defineConfig({
  title: 'nestjs-jwt-extended',
  description: 'JSON Web Tokens for NestJS, as complete as Flask-JWT-Extended',
  lang: 'en',
  srcDir: pathOf('pages'),
  outDir: pathOf('dist'),
  cacheDir: pathOf('cache'),
  // The path below which a server has the site.
  base: process.env.DOCS_BASE ?? '/',
  transformPageData(page) {
    page.description = summaries.get(page.relativePath) ?? '';
  },
  // The applications of the pages.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify },
    config: scrollingTables,
  },
  themeConfig: {
    nav: ['Tasks', 'Reference', 'Operations', 'Migration', 'API']
      .map((text) => sidebar.find((group) => group.text === text))
      .filter((group) => group !== undefined)
      .map(({ text, items: [first] }) => ({ text, link: first.link, activeMatch: activeMatchOf(text) })),
    sidebar,
    outline: { level: [2, 3] },
    search: { provider: 'local', options: { _render: searchable, miniSearch: { searchOptions } } },
  },
});
