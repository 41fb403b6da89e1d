import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headOf } from '../examples/example.js';

/** The pages of this spec, each with the examples whose commands it shows. */
const PAGES: Record<string, readonly string[]> = {
  'docs/guide/basic-usage.md': ['08-basic-usage'],
  'docs/guide/changing-answers.md': ['20-default-answers'],
  'docs/guide/configuration.md': ['52-configuration'],
  'docs/guide/cookies-and-rotation.md': ['43-cookies-and-rotation'],
  'docs/guide/current-user-anywhere.md': ['54-current-user-anywhere'],
  'docs/guide/current-user.md': ['09-user-loading'],
  'docs/guide/event-streams.md': ['50-event-streams'],
  'docs/guide/extra-claims.md': ['10-additional-claims'],
  'docs/guide/graphql.md': ['47-graphql'],
  'docs/guide/implicit-refresh.md': ['15-implicit-refresh'],
  'docs/guide/log-in.md': ['56-log-in'],
  'docs/guide/microservices.md': ['49-microservices'],
  'docs/guide/openapi.md': ['51-openapi'],
  'docs/guide/optional-and-public-routes.md': ['40-public-routes'],
  'docs/guide/own-guards.md': ['42-api-key-guard', '41-roles-guard'],
  'docs/guide/refreshing-and-freshness.md': ['14-freshness'],
  'docs/guide/scopes-and-roles.md': ['46-scopes'],
  'docs/guide/stores.md': ['16-blocklist-redis'],
  'docs/guide/tenants.md': ['19-tenant-keys'],
  'docs/guide/token-locations.md': ['12-token-locations'],
  'docs/guide/user-lookup.md': ['53-user-lookup'],
  'docs/guide/websocket.md': ['48-websocket'],
};

/** Commands of a page that no example has. They run here, and their output must match. */
const OTHERS: Record<string, RegExp> = {
  'openssl rand -base64 48': /^[\w+/]{64}$/,
};

/** In lines. A longer page has more than one task, or has parts for docs/reference. */
const LONGEST_PAGE = 150;

/** A reader sees about this many lines without scrolling. */
const FIRST_SCREEN = 20;

const read = (page: string) => readFileSync(page, 'utf8');

/** The lines of the shell blocks of a page: commands, and answers after a `#`. */
function commandLines(page: string): string[] {
  const blocks = [...read(page).matchAll(/^```sh\n(.*?)^```$/gms)];
  return blocks.flatMap(([, code = '']) => code.trimEnd().split('\n'));
}

/** The lines that are in none of the examples in this order. The tests of the examples run the others. */
function unknownLines(page: string, examples: readonly string[]): string[] {
  const known = examples.flatMap((name) => headOf(name).lines);
  let position = -1;
  return commandLines(page).filter((line) => {
    if (line in OTHERS) return false;
    const next = known.indexOf(line, position + 1);
    if (next !== -1) position = next;
    return next === -1;
  });
}

describe.each(Object.entries(PAGES))('%s', (page, examples) => {
  it('shows commands and answers of its examples, in their order', () => {
    expect(unknownLines(page, examples)).toEqual([]);
  });

  it('sets each variable that its commands use', () => {
    const known = new Set<string>();
    const unset = commandLines(page).flatMap((line) => {
      const used = [...line.matchAll(/\$\{?([A-Z_]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !known.has(name));
      for (const [, name = ''] of line.matchAll(/(?:^|\s)([A-Z_]+)=/g)) known.add(name);
      return used;
    });
    expect(unset).toEqual([]);
  });

  it('links to its examples', () => {
    const text = read(page);
    expect(examples.filter((name) => !text.includes(`](../../examples/${name}/main.ts)`))).toEqual([]);
  });
});

const ALL_PAGES = readdirSync('docs/guide').map((name) => join('docs/guide', name));

it.each(ALL_PAGES)('%s is short', (page) => {
  expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST_PAGE);
});

// A comparison of the stores has no code.
it.each(ALL_PAGES.filter((page) => !page.endsWith('choosing-a-store.md')))(
  '%s has code in the first screen',
  (page) => {
    const first = read(page)
      .split('\n')
      .findIndex((line) => line.startsWith('```'));
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(FIRST_SCREEN);
  },
);

it.each(Object.entries(OTHERS))('%s prints what its page says', (command, output) => {
  expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()).toMatch(output);
});

it('covers every page about a task that has commands of an example', () => {
  const others = ALL_PAGES.filter(
    (page) => !(page in PAGES) && commandLines(page).some((line) => line.includes('curl ')),
  );
  // Specs of their own follow these.
  expect(others.filter((page) => !/^<!-- test: \S+ -->$/m.test(read(page)))).toEqual([]);
});
