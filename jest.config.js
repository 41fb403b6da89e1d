// `TEST_ADAPTER=express` leaves out the other HTTP server: in specs by test/support/adapters.ts, in the conformance here.
const { TEST_ADAPTER: adapter } = process.env;
const conformanceOfOthers = adapter ? [`/test/conformance/(?!${adapter})(express|fastify)\\.spec`] : [];

/** What both versions of Nest have in common. */
const project = {
  testEnvironment: 'node',
  rootDir: '.',
  // A spec that prints a token or a secret fails.
  setupFilesAfterEnv: ['<rootDir>/test/support/record-leaks.ts'],
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^nestjs-jwt-extended$': '<rootDir>/src/index.ts',
    '^nestjs-jwt-extended/(\\w+)$': '<rootDir>/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // @fastify/static, which Mercurius loads, has version 3: an ES module, which Jest cannot require below Node 24.9.
    '^content-disposition$': '<rootDir>/node_modules/content-disposition',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};

/** nestjs-cls and @nestjs/throttler are CommonJS, and Jest below Node 24.9 cannot require the ES modules of Nest 12. */
const COMMONJS_EXAMPLES = ['23-throttling', '27-nestjs-cls'];
const commonJsOnly = [
  '/test/transports/current-user/nestjs-cls.spec.ts',
  '/test/e2e/(log-in-throttled|throttling).spec.ts',
  `/test/examples/(${COMMONJS_EXAMPLES.join('|')}).spec.ts`,
];

const nest12 = {
  ...project,
  displayName: 'Nest 12',
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/package/', ...commonJsOnly, ...conformanceOfOthers],
};

/** The specs of test/e2e that depend on what Nest calls, and in which order. */
const DIFFERING = [
  'bound-guard',
  'caching',
  'circular-providers',
  'claims-in-handlers',
  'claims-schema',
  'claims-schema-sessions',
  'config',
  'context-before-check',
  'current-user',
  'decorated-methods',
  'error-responses',
  'error-format',
  'events',
  'health',
  'implicit-refresh',
  'imported-twice',
  'instrumented',
  'jwt-context',
  'log-in',
  'log-in-routes',
  'log-in-throttled',
  'module',
  'nested-applications',
  'open-routes',
  'options-method',
  'order-of-enhancers',
  'overridden-options',
  'own-filters',
  'protected-handlers',
  'public',
  'raw-request',
  'testing',
  'throttling',
  'transports',
  'wrong-imports',
];

/** The specs whose subject differs between the versions of Nest, once more on Nest 11. */
const nest11 = {
  ...project,
  displayName: 'Nest 11',
  testMatch: [
    '<rootDir>/test/{transports,access}/**/*.spec.ts',
    `<rootDir>/test/e2e/{${DIFFERING.join(',')}}.spec.ts`,
    ...COMMONJS_EXAMPLES.map((name) => `<rootDir>/test/examples/${name}.spec.ts`),
  ],
  globalSetup: '<rootDir>/test/support/nest11/install.js',
  moduleNameMapper: {
    '^(@nestjs/.*)$': '<rootDir>/artifacts/nest11/node_modules/$1',
    ...project.moduleNameMapper,
  },
};

/** @type {import('jest').Config} */
export default {
  projects: [nest12, nest11],
  // By default a machine with two processors would use one. More than two at once make tests of time-outs fail.
  maxWorkers: '100%',
  // A worker keeps the modules of every spec that it has run. With gigabytes of them it needs more than the 500 ms that Jest
  // waits for its exit.
  workerIdleMemoryLimit: '700MB',
  reporters: ['default', '<rootDir>/test/support/skipped-reporter.cjs'],
  testSequencer: '<rootDir>/test/support/slow-first.cjs',
  // A test waits for facts; how long they take on a busy machine says nothing about them.
  testTimeout: 120_000,
  rootDir: '.',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 98 } },
};
