import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const noProcess = 'Only src/main.ts, src/cli and tools touch the process: what it knows is passed in.';

/** Where a program begins, or where a program is tested: these may touch the process and speak to the console. */
const outermost = [
  'src/main.ts',
  'src/cli/**',
  'tools/demo/demo.ts',
  'tools/prove/**',
  'bin/**',
  'test/**',
  'scripts/**',
  'bench/**',
];

export default defineConfig(
  globalIgnores(['build/', 'dist/', 'data/', 'test-results/', 'node_modules/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    rules: {
      complexity: ['error', 15],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-statements': ['error', 20],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      // The dependencies of a function, or the database of a store, come first and count as one.
      'max-params': ['error', 6],
      'no-console': 'error',
      'no-duplicate-imports': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-param-reassign': 'error',
      'no-restricted-globals': ['error', { name: 'process', message: noProcess }],
      'no-restricted-imports': [
        'error',
        { paths: ['process', 'node:process'].map((name) => ({ name, message: noProcess })) },
      ],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler knows better than these what exists and what is imported only for its types.
      'no-undef': 'off',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `import { type X }` still loads the file; `import type { X }` does not.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An error of unknown kind is passed on as it came.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // These were tried and cried wolf: a flag that a callback sets, a plain object whose functions know no `this`,
      // a handler that ends with `return next()`, a stand-in that has
      // nothing to do, a plain object where a package's class would do nothing more.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: outermost,
    rules: { 'no-console': 'off', 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/**', 'tools/**', 'scripts/**'],
    rules: {
      // Inner functions count: what holds ten of them is a module.
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'List the properties one by one: a literal spread into another one only saves lines.',
        },
      ],
    },
  },
  // A table is described in one go, and so is the way of a request.
  { files: ['migrations/**', 'src/app.ts'], rules: { 'max-statements': 'off' } },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      // A person's way through the portal is told in one go.
      'max-statements': 'off',
      // `test()` and `describe()` return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      // What a test takes for granted and does not find makes it fail, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['public/**/*.js'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['bin/**/*.js', '*.js', '.*.js'],
    languageOptions: { globals: globals.node },
  },
);
