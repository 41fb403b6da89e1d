import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import type { BuiltSite } from './built-site.js';

interface SearchResult {
  readonly id: string;
}

interface Index {
  search(query: string): readonly SearchResult[];
}

interface Question {
  readonly question: string;
  readonly page: string;
  readonly thread: string;
}

/** How many results a reader looks at. */
const FIRST = 5;

const page = readFileSync('docs/questions.md', 'utf8').replace(/\n {2}(?=\S)/g, ' ');
export const questions: readonly Question[] = [...page.matchAll(/^- (.+?\?) \[.+?\]\((.+?)\)\s+\((.+?)\)$/gm)].map(
  ([, question = '', path = '', thread = '']) => ({ question, page: path.replace(/\.md$/, ''), thread }),
);

/** The index of the built site, with the options of the site. */
async function indexOf(site: BuiltSite): Promise<Index> {
  const chunk = (await import(posix.resolve(site.searchDocuments()))) as { default: string };
  const require = createRequire(import.meta.url);
  const { default: MiniSearch } = (await import(
    require.resolve('minisearch').replace('/cjs/index.cjs', '/es/index.js')
  )) as {
    default: { loadJSON(text: string, options: object): Index };
  };
  const options = new URL('../../../docs/.vitepress/search.mjs', import.meta.url).href;
  const { searchOptions } = (await import(options)) as { searchOptions: object };
  return MiniSearch.loadJSON(chunk.default, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    searchOptions,
  });
}

/** The pages of the first results. A result is the address of a part of a page. */
export function firstPages(results: readonly string[]): string[] {
  return results.slice(0, FIRST).map((address) => address.replace(/^\//, '').replace(/(\.html)?(#.*)?$/, ''));
}

/** The search of the built site answers the questions of docs/questions.md. */
export function describeSearch(site: BuiltSite): void {
  let index: Index;
  beforeAll(async () => {
    index = await indexOf(site);
  });

  it('knows thirty questions, each from a thread of its own', () => {
    expect(questions).toHaveLength(30);
    expect(new Set(questions.map(({ thread }) => thread)).size).toBe(30);
    for (const { thread } of questions) expect(thread).toMatch(/^[\w-]+\/[\w.-]+#\d+$/);
  });

  it.each(questions)('finds the answer of: $question', ({ question, page: answer }) => {
    expect(firstPages(index.search(question).map(({ id }) => id))).toContain(answer);
  });
}
