/**
 * Imports point in one direction: domain, then platform and i18n, then core, then the interfaces (site, mail; later api, scim,
 * oidc), then app.ts, main.ts and the commands. Types count as imports.
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** Interfaces to the outside. Planned ones are included, so that the rules will apply to them from the start. */
const interfaces = '(site|mail|api|scim|oidc)';

/** The contexts of core: each may import only those before it. */
const contexts = [
  'activity',
  'accounts',
  'support',
  'approvals',
  'directory',
  'imports',
  'notices',
  'personal-data',
  'moving',
  'retention',
];

const contextOrder = contexts.map((context, index) => ({
  name: `context-order-${context}`,
  comment: `core/${context} may import only the contexts listed before it, so that contexts never depend on each other.`,
  severity: 'error',
  from: { path: `^src/core/${context}/` },
  to: { path: '^src/core/', pathNot: `^src/core/(${contexts.slice(0, index + 1).join('|')})/` },
}));

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that import each other can only be understood, tested and moved together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-folder-cycle',
      comment: 'The same applies to folders: it must be possible to read them one at a time.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'context-entry-point',
      comment: 'The public API of a context is its index.ts. Everything else may change freely.',
      severity: 'error',
      from: { path: '^(src|tools|bin)/', pathNot: '^src/core/[^/]+/' },
      to: { path: '^src/core/[^/]+/', pathNot: '^src/core/[^/]+/index[.]ts$' },
    },
    {
      name: 'context-entry-point-within-core',
      comment: 'The same applies between contexts.',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/' },
      to: { path: '^src/core/[^/]+/', pathNot: '^src/core/([^/]+)/index[.]ts$|^src/core/$1/' },
    },
    {
      name: 'domain-imports-nothing',
      comment: 'The rules of the product are pure: no clock, no database, no wording, no package.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'platform-below-core',
      comment: 'Platform and i18n serve every context and depend on none.',
      severity: 'error',
      from: { path: '^src/(platform|i18n)/' },
      to: { path: `^src/|^tools/`, pathNot: `^src/(domain|platform|i18n)/` },
    },
    {
      name: 'core-below-interfaces',
      comment:
        'Business logic takes and returns plain values; pages, emails and commands call it. Addresses are injected.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/|^tools/', pathNot: '^src/(domain|platform|i18n|core)/' },
    },
    {
      name: 'interfaces-below-app',
      comment: 'An interface is mounted by app.ts and does not depend on the programs that start it.',
      severity: 'error',
      from: { path: `^src/${interfaces}/` },
      to: { path: '^src/|^tools/', pathNot: `^src/(domain|platform|i18n|core)/|^src/${interfaces}/` },
    },
    {
      name: 'interfaces-stay-apart',
      comment: 'Code that two interfaces share belongs to core, so that each can be changed or removed independently.',
      severity: 'error',
      from: { path: `^src/${interfaces}/` },
      to: { path: `^src/${interfaces}/`, pathNot: '^src/$1/' },
    },
    {
      name: 'pipeline-below-pages',
      comment: 'The request pipeline is the same for every page.',
      severity: 'error',
      from: { path: '^src/site/http/' },
      to: { path: '^src/site/', pathNot: '^src/site/http/' },
    },
    {
      name: 'routes-are-entry-points',
      comment: 'Code that several pages share is not HTTP: it belongs to a context, or to site/http.',
      severity: 'error',
      from: { pathNot: '^src/site/routes[.]ts$' },
      to: { path: '[.]routes[.]ts$' },
    },
    {
      name: 'drivers-in-platform-and-stores',
      comment: 'Only stores and the platform query the database.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/|^src/core/' },
      to: { path: '(^|node_modules/)(knex|pg|better-sqlite3)(/|$)' },
    },
    {
      name: 'express-in-site',
      comment: 'Only the web interface depends on HTTP.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/site/|^src/(app|server)[.]ts$' },
      to: { path: '(^|node_modules/)(@types/)?(express|express-session|passport|passport-local)(/|$)' },
    },
    {
      name: 'programs-start-in-bin',
      comment: 'No module imports the program that starts it.',
      severity: 'error',
      from: { pathNot: '^(bin/|src/(main[.]ts|cli/)|tools/)' },
      to: { path: '^src/(main[.]ts$|cli/)' },
    },
    {
      name: 'tools-load-lazily',
      comment: 'The proof and the demo are separate programs. The commands that run them import them dynamically.',
      severity: 'error',
      from: { path: '^(src|bin|migrations)/' },
      to: { path: '^tools/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'only-commands-load-tools',
      comment: 'A real portal must never load generated users or test regions.',
      severity: 'error',
      from: { path: '^(src|bin|migrations)/', pathNot: '^src/cli/' },
      to: { path: '^tools/' },
    },
    {
      name: 'tools-stay-apart',
      comment: 'The proof and the demo share only the code of the portal.',
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
      comment: 'An import that cannot be resolved fails at startup.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...contextOrder,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
