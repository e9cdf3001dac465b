import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const noProcess = 'Only src/main.ts, src/cli and tools may access the process. Pass its settings in.';

/** Entry points and tests, which may use the process and the console. */
const entryPoints = [
  'src/main.ts',
  'src/cli/**',
  'tools/demo/demo.ts',
  'tools/demo/server-process.ts',
  'tools/demo/cluster/**',
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
      // The dependencies of a function, or the database of a store function, are one parameter.
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
      // The TypeScript compiler already checks undefined names and type-only imports.
      'no-undef': 'off',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `import { type X }` still loads the file; `import type { X }` does not.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // These rules take a tenth of the time, and there are no enums: `erasableSyntaxOnly` forbids them.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An error of unknown type may be passed on unchanged.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // These rules produced false positives for flags set in callbacks, for methods of plain objects that do not use
      // `this`, for handlers that end with `return next()`, for empty stubs, and for plain objects that stand in for a
      // class.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: entryPoints,
    rules: { 'no-console': 'off', 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/**', 'tools/**', 'scripts/**'],
    rules: {
      // Inner functions count: a function with ten of them should be a module.
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'List the properties one by one. Spreading an object literal into another only saves lines.',
        },
      ],
    },
  },
  // The definition of a table and the assembly of the app are easier to read as one function.
  { files: ['migrations/**', 'src/app.ts'], rules: { 'max-statements': 'off' } },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      // A test of a whole user journey is easier to read as one function.
      'max-statements': 'off',
      // `test()` and `describe()` return promises that the test runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      // A failed assumption makes the test fail, as it should.
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
