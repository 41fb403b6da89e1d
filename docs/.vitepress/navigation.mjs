// The pages in the order in which readers meet them. A page that is in no list comes last in the group of its folder.
const ORDER = [
  {
    text: 'Start',
    folder: 'tutorials',
    pages: ['tutorials/first-api', 'tutorials/sessions-that-survive', 'guide/install', 'examples/index', 'questions'],
  },
  {
    text: 'Tasks',
    pages: [
      'guide/basic-usage',
      'guide/current-user',
      'guide/user-lookup',
      'guide/extra-claims',
      'guide/claims-schema',
      'guide/types',
      'guide/optional-and-public-routes',
      'guide/scopes-and-roles',
      'guide/own-guards',
      'guide/token-locations',
      'guide/changing-answers',
      'guide/configuration',
    ],
  },
  {
    text: 'Sessions',
    pages: [
      'guide/refreshing-and-freshness',
      'guide/implicit-refresh',
      'guide/cookies',
      'guide/csrf',
      'guide/csrf-of-nest',
      'guide/front-end-on-another-site',
      'guide/cookies-and-rotation',
      'guide/sessions-and-revocation',
      'guide/stolen-refresh-tokens',
      'guide/session-lists',
      'guide/revocation-notes',
      'guide/stores',
      'guide/choosing-a-store',
      'guide/redis-store',
      'guide/sql-store',
      'guide/own-store',
      'guide/local-cache',
      'guide/log-in',
    ],
  },
  {
    text: 'Keys',
    pages: ['guide/keys', 'guide/key-rotation', 'guide/tenants', 'guide/identity-providers', 'guide/publishing-keys'],
  },
  {
    text: 'Transports and neighbours',
    folder: 'guide',
    pages: [
      'guide/graphql',
      'guide/websocket',
      'guide/microservices',
      'guide/event-streams',
      'guide/live-connections',
      'guide/openapi',
      'guide/testing',
      'guide/access-list',
      'guide/current-user-anywhere',
    ],
  },
  {
    text: 'Reference',
    folder: 'reference',
    pages: [
      'reference/options',
      'reference/errors',
      'reference/decorators',
      'reference/transports',
      'reference/csrf-defences',
      'reference/algorithms',
      'reference/fetching-keys',
      'reference/differences',
    ],
  },
  {
    text: 'Operations',
    folder: 'operations',
    pages: [
      'operations/deployment',
      'operations/threat-model',
      'operations/store-guarantees',
      'operations/outages',
      'operations/scaling',
      'operations/benchmarks',
      'operations/benchmarks-appendix',
    ],
  },
  { text: 'Migration', folder: 'migration', pages: ['migration/from-flask', 'migration/from-passport'] },
  { text: 'Project', folder: '', pages: ['contributing', 'security', 'changelog'] },
  { text: 'API', folder: 'reference/api', pages: ['reference/api/index'] },
];

const nameOf = ({ path }) => path.replace(/\.md$/, '');
/** The folder of a page. The page of an entry of the API is in the folder of the API. */
const folderOf = (name) =>
  name
    .replace(/^(reference\/api)\/\w+\/index$/, '$1/')
    .split('/')
    .slice(0, -1)
    .join('/');

/** The groups of the sidebar, without pages that do not exist. */
export function groups(pages) {
  const byName = new Map(pages.map((page) => [nameOf(page), page]));
  const listed = new Set(['index', ...ORDER.flatMap((group) => group.pages)]);
  // The page of an entry of the package links to the page of each name.
  const isName = (name) => /^reference\/api\/\w+\/.*\//.test(name);
  const rest = [...byName.keys()].filter((name) => !listed.has(name) && !isName(name));
  return ORDER.map(({ text, folder, pages: names }) => {
    const own = [...names.filter((name) => byName.has(name)), ...rest.filter((name) => folderOf(name) === folder)];
    return { text, items: own.map((name) => ({ text: byName.get(name).title, link: linkOf(name) })) };
  }).filter(({ items }) => items.length > 0);
}

function linkOf(name) {
  return `/${name.replace(/(^|\/)index$/, '$1')}`;
}
