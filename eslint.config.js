import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const browserGlobals = [
  'document',
  'fetch',
  'performance',
  'BroadcastChannel',
  'EventSource',
  'WebSocket',
  'location',
  'setTimeout',
  'clearTimeout',
  'setInterval',
];
const nodeGlobals =
  'process console performance gc URL URLSearchParams Buffer TextEncoder TextDecoder AbortController fetch structuredClone ' +
  'setTimeout clearTimeout setInterval clearInterval setImmediate queueMicrotask';

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/coverage/',
    'artifacts/',
    'test/conformance/data/',
    'test/flask/data/',
    'test/vectors/data/',
    // It imports files of the project that gets it.
    'schematics/files/test/',
  ]),
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: { eqeqeq: ['error', 'smart'] } },

  {
    files: ['sample/public/*.js'],
    languageOptions: { globals: Object.fromEntries(browserGlobals.map((name) => [name, 'readonly'])) },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ignores: ['sample/public/'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.split(' ').map((name) => [name, 'readonly'])) },
  },
  {
    files: ['**/*.cjs', 'test/package/nest11-commonjs/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
  },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    // The root tsconfig, not the project service: sample/ has a tsconfig of its own, which needs a built dist.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Leaves files with decorators alone: emitDecoratorMetadata needs the injected classes as values.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `async` without `await` turns a throw into a rejection, which is what a caller of a Promise expects.
      '@typescript-eslint/require-await': 'off',
      // `||` between texts passes an empty one over on purpose.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // `as VerifiedToken` says what is there; `!` only that something is.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A module of Nest may well be an empty class.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 220, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Bodies of HTTP answers and recordings are `any`; the assertions that follow are their check.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // What an app may do by mistake is done here on purpose.
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // The fixture apps are type-checked by their own tsc, against the packed package.
    files: ['test/package/*/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
);
