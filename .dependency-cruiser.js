/**
 * Imports point one way only: routes, feature, store, data; all may read the domain, the domain reads nothing.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Two files that need each other are one file, or hide a third. Types alone may look back: they are gone at run time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-reads-nothing',
      comment: 'The rules know no clock, no database, no wording, and no package.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'data-knows-no-feature',
      comment: 'The database layer serves whoever asks.',
      severity: 'error',
      from: { path: '^src/data/' },
      to: { path: '^tools/|^src/(features|web)/|^src/(app|stores|paths)[.]ts$' },
    },
    {
      name: 'store-looks-down',
      comment: 'A store answers; it knows neither the feature that asks nor the web.',
      severity: 'error',
      from: { path: '^src/features/.+[.]store[.]ts$' },
      to: { path: '^src/web/|[.](routes|forms)[.]ts$|^src/features/[^/]+/[^/.]+[.]ts$|^src/(app|stores|paths)[.]ts$' },
    },
    {
      name: 'feature-knows-no-web',
      comment: 'What happens is decided without a request: the commands and the tests call the same functions.',
      severity: 'error',
      // A trail names the pages above a page: routes share it, and it speaks of nothing but addresses and words.
      from: { path: '^src/features/', pathNot: '[.](routes|forms|trail)[.]ts$' },
      // Words, dates and rows of a file are no HTTP: a sheet to print, a mail and a command need them too.
      to: { path: '^src/web/|[.]routes[.]ts$', pathNot: '^src/web/(translator|formats|csv-text)[.]ts$' },
    },
    {
      name: 'routes-ask-features',
      comment: 'Queries and transactions are the business of stores and features.',
      severity: 'error',
      from: { path: '[.](routes|forms)[.]ts$' },
      to: { path: '^src/data/|^(node_modules/)?(knex|pg|better-sqlite3)(/|$)|node_modules/(knex|pg|better-sqlite3)/' },
    },
    {
      name: 'routes-are-nobodys-library',
      comment: 'What two features share is not HTTP: it belongs to the feature itself, or to src/web.',
      severity: 'error',
      from: { pathNot: '^src/(app|features|features[.]files)[.]ts$' },
      to: { path: '^src/features/.+[.]routes[.]ts$' },
    },
    {
      name: 'web-knows-no-routes',
      comment: 'The pipeline is the same for every page.',
      severity: 'error',
      from: { path: '^src/web/' },
      to: { path: '^src/features/.+[.](routes|forms)[.]ts$|^src/app[.]ts$' },
    },
    {
      name: 'express-at-the-edge',
      comment: 'HTTP words stay where HTTP is spoken.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/|[.](routes|trail)[.]ts$|^src/(app|server)[.]ts$' },
      to: { path: '(^|node_modules/)(@types/)?(express|express-session|passport|passport-local)(/|$)' },
    },
    {
      name: 'nobody-calls-the-entrance',
      comment: 'Programs start at bin; nothing imports what starts it.',
      severity: 'error',
      from: { pathNot: '^(bin/|src/(main[.]ts|cli/)|tools/)' },
      to: { path: '^src/(main[.]ts$|cli/)' },
    },
    {
      name: 'tools-load-lazily',
      comment: 'The proof and the demo are programs of their own: the commands that run them load them on demand.',
      severity: 'error',
      from: { path: '^(src|bin|migrations)/' },
      to: { path: '^tools/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'only-commands-load-tools',
      comment: 'Generated people and test regions never reach a real portal.',
      severity: 'error',
      from: { path: '^(src|bin|migrations)/', pathNot: '^src/cli/' },
      to: { path: '^tools/' },
    },
    {
      name: 'tools-stay-apart',
      comment: 'The proof and the demo share nothing but the portal.',
      severity: 'error',
      from: { path: '^tools/([^/]+)/' },
      to: { path: '^tools/', pathNot: '^tools/$1/' },
    },
    {
      name: 'no-development-package',
      comment: 'A portal installed without its development dependencies must start.',
      severity: 'error',
      from: { path: '^(src|bin|migrations|tools)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere fails at start.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count too: a direction that only types break is broken all the same.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
