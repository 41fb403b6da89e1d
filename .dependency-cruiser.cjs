// Which way imports may point. `test/structure` breaks every rule on purpose to see that it fires.
const {
  exports: subpaths,
  peerDependencies = {},
  peerDependenciesMeta = {},
  dependencies = {},
} = require('./package.json');

/** Folders of src, outermost first, and the ones below that each may import besides `errors` and `types`. */
const layers = {
  // `module` wires everything: it may import the public classes at the root too, which the rest may not.
  module: [
    'access',
    'controllers',
    'cookies',
    'sockets',
    'connections',
    'authentication',
    'context',
    'sessions',
    'events',
    'tokens',
    'jwks',
    'keys',
    'routes',
    'transports',
    'options',
    'stores',
  ],
  access: ['routes', 'options'],
  openapi: ['access', 'routes', 'options'],
  controllers: ['routes', 'keys'],
  'log-in': ['cookies', 'authentication', 'context', 'sessions', 'tokens', 'routes', 'options', 'stores'],
  cookies: ['authentication', 'context', 'sessions', 'tokens', 'transports', 'options', 'stores'],
  sockets: [
    'connections',
    'authentication',
    'context',
    'sessions',
    'tokens',
    'routes',
    'transports',
    'options',
    'stores',
  ],
  connections: [
    'authentication',
    'context',
    'sessions',
    'events',
    'tokens',
    'routes',
    'transports',
    'options',
    'stores',
  ],
  authentication: ['context', 'sessions', 'tokens', 'routes', 'transports', 'keys', 'options', 'stores'],
  context: ['routes', 'transports'],
  sessions: ['events', 'tokens', 'keys', 'options', 'stores'],
  tokens: ['events', 'keys', 'options', 'stores'],
  events: [],
  routes: [],
  transports: [],
  jwks: ['keys', 'options'],
  keys: ['options'],
  options: ['stores', 'transports'],
  stores: [],
  testing: ['access', 'authentication', 'context', 'routes', 'transports', 'options', 'stores'],
  microservices: [],
  command: ['access', 'keys', 'options'],
  schematics: [],
};
/** Files at the root of src that these folders may import: what they register, or what they call as a user does. */
const atRootFor = {
  module: ['jwt.guard', 'jwt-exception.filter', 'token.service'],
  'log-in': ['token.service', 'token-options'],
  testing: ['jwt.guard', 'token.service', 'token-options'],
  // The command loads the published entry, as the application does that it describes.
  command: ['index'],
};
const ground = ['errors', 'types'];
const folders = [...Object.keys(layers), ...ground];

const anyOf = (names) => `(${names.join('|')})`;

/** The files behind the package's exports; everything else has to be reachable from them. */
const entryNames = Object.values(subpaths).flatMap(
  (subpath) => /dist\/esm\/(.+)\.js$/.exec(subpath.import?.default ?? '')?.[1] ?? [],
);
const entries = `^src/${anyOf([...entryNames, 'command/main', 'schematics/nest-add'])}\\.ts$`;
const mainEntry = '^src/index\\.ts$';

const inSrc = (names) => `^src/${anyOf(names)}/`;
const atRoot = (names) => `^src/${anyOf(names)}\\.ts$`;
const inPackages = (names) => `node_modules/${anyOf(names)}/`;

const onlyDownwards = (folder, allowed) => ({
  name: `direction-${folder}`,
  severity: 'error',
  from: { path: inSrc([folder]) },
  to: {
    path: '^src/',
    pathNot: [inSrc([folder, ...allowed]), ...(folder in atRootFor ? [atRoot(atRootFor[folder])] : [])],
  },
});

const runtimePackages = Object.keys({ ...dependencies, ...peerDependencies });
const optionalPackages = Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name].optional);

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-import-of-the-barrel',
      severity: 'error',
      from: { path: '^src/', pathNot: inSrc(['command']) },
      to: { path: mainEntry },
    },
    ...Object.entries(layers).map(([folder, allowed]) => onlyDownwards(folder, [...allowed, ...ground])),
    onlyDownwards('errors', ['types']),
    onlyDownwards('types', []),
    {
      name: 'no-unknown-folder',
      comment: 'A new folder needs a place in the table above.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/[^/]+/', pathNot: inSrc(folders) },
    },
    {
      name: 'no-dead-file',
      severity: 'error',
      from: { path: entries },
      to: { path: '^src/', pathNot: entries, reachable: false },
    },
    {
      name: 'testing-stands-apart',
      comment: 'What an app needs at run time loads no assertions.',
      severity: 'error',
      from: { path: mainEntry },
      to: { path: inSrc(['testing']), reachable: true },
    },
    {
      name: 'one-file-knows-nestjs-jwt',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tokens/token-codec\\.ts$' },
      to: { path: inPackages(['@nestjs/jwt']) },
    },
    {
      name: 'no-http-framework',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: inPackages([
          'express',
          '@types/express',
          'fastify',
          '@nestjs/platform-express',
          '@nestjs/platform-fastify',
        ]),
      },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/', pathNot: inPackages(runtimePackages) },
    },
    ...(optionalPackages.length === 0
      ? []
      : [
          {
            name: 'no-optional-package-in-the-main-entry',
            severity: 'error',
            from: { path: mainEntry },
            to: { path: inPackages(optionalPackages), reachable: true },
          },
        ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type-only imports count: a cycle of types is still two files that cannot be understood one after the other.
    tsPreCompilationDeps: true,
    // Resolves './x.js' to './x.ts'.
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
