import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { groups } from '../../docs/.vitepress/navigation.mjs';

/** Writes llms.txt, the list of all pages for language models, llms-full.txt with their text, and the Markdown of each page. */
export function writeLlms(pages, folder) {
  const known = new Map(pages.map((page) => [page.path, page]));
  const home = known.get('index.md');
  const sections = groups(pages).map(({ text, items }) => {
    const lines = items.map(({ text: title, link }) => {
      const page = known.get(pathOf(link));
      return `- [${title}](${page.path})${page.summary === '' ? '' : `: ${page.summary}`}`;
    });
    return `## ${text}\n\n${lines.join('\n')}\n`;
  });
  writeFileSync(join(folder, 'llms.txt'), [`# ${home.title}\n\n> ${home.summary}\n`, ...sections].join('\n'));
  const listed = groups(pages).flatMap(({ items }) => items.map(({ link }) => known.get(pathOf(link))));
  // The pages of the API are long, and llms.txt links to each.
  const full = [home, ...listed.filter(({ path }) => !path.startsWith('reference/api/'))];
  writeFileSync(
    join(folder, 'llms-full.txt'),
    full.map(({ path, text }) => `<!-- ${path} -->\n\n${text}`).join('\n\n'),
  );
  for (const { path, text } of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** `/guide/keys` is guide/keys.md, and `/examples/` is examples/index.md. */
function pathOf(link) {
  return `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`;
}
