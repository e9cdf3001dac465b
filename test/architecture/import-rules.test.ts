import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
// @ts-expect-error -- the file is plain JavaScript, whose shape is asserted below
import config from '../../.dependency-cruiser.js';

const { forbidden, options } = config as { forbidden: IForbiddenRuleType[]; options: ICruiseOptions };

/** The imported paths of each file. */
type Files = Readonly<Record<string, readonly string[]>>;

/** A small set of files that violates each rule. */
const broken: Readonly<Record<string, Files>> = {
  'no-cycle': { 'src/domain/a.ts': ['src/domain/b.ts'], 'src/domain/b.ts': ['src/domain/a.ts'] },
  'no-folder-cycle': {
    'src/domain/one/a.ts': ['src/domain/two/b.ts'],
    'src/domain/two/b.ts': [],
    'src/domain/two/c.ts': ['src/domain/one/d.ts'],
    'src/domain/one/d.ts': [],
  },
  'context-entry-point': { 'src/site/users/a.ts': ['src/core/accounts/b.ts'], 'src/core/accounts/b.ts': [] },
  'context-entry-point-within-core': {
    'src/core/approvals/a.ts': ['src/core/accounts/b.ts'],
    'src/core/accounts/b.ts': [],
  },
  'domain-imports-nothing': { 'src/domain/a.ts': ['src/platform/b.ts'], 'src/platform/b.ts': [] },
  'platform-below-core': { 'src/i18n/a.ts': ['src/core/b.ts'], 'src/core/b.ts': [] },
  'core-below-interfaces': { 'src/core/a.ts': ['src/site/b.ts'], 'src/site/b.ts': [] },
  'interfaces-below-app': { 'src/site/a.ts': ['src/server.ts'], 'src/server.ts': [] },
  'interfaces-stay-apart': { 'src/api/a.ts': ['src/site/b.ts'], 'src/site/b.ts': [] },
  'pipeline-below-pages': { 'src/site/http/a.ts': ['src/site/users/b.ts'], 'src/site/users/b.ts': [] },
  'routes-are-entry-points': {
    'src/site/users/a.ts': ['src/site/rules/b.routes.ts'],
    'src/site/rules/b.routes.ts': [],
  },
  'programs-start-in-bin': { 'src/app.ts': ['src/main.ts'], 'src/main.ts': [] },
  'tools-load-lazily': { 'src/cli/a.ts': ['tools/demo/b.ts'], 'tools/demo/b.ts': [] },
  'only-commands-load-tools': { 'src/server.ts': ['tools/demo/b.ts'], 'tools/demo/b.ts': [] },
  'tools-stay-apart': { 'tools/demo/a.ts': ['tools/prove/b.ts'], 'tools/prove/b.ts': [] },
  'context-order-accounts': { 'src/core/accounts/a.ts': ['src/core/moving/index.ts'], 'src/core/moving/index.ts': [] },
};

/** The sets of files that also violate a broader rule, with the names of these rules. */
const alsoBroken: Readonly<Record<string, readonly string[]>> = { 'only-commands-load-tools': ['tools-load-lazily'] };

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-imports-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** @returns the names of the violated rules */
async function rulesBrokenBy(files: Files): Promise<string[]> {
  const root = mkdtempSync(path.join(folder, 'tree-'));
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }');
  for (const [file, imports] of Object.entries(files)) {
    const lines = imports.map((to) => `import '${relative(file, to)}';`);
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), `${lines.join('\n')}\nexport {};\n`);
  }
  const folders = [...new Set(Object.keys(files).map((file) => file.split('/')[0] ?? ''))];
  const { tsConfig: _tsConfig, ...rest } = options;
  const { output } = await cruise(folders, { ...rest, baseDir: root, validate: true, ruleSet: { forbidden } });
  return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))].sort();
}

function relative(from: string, to: string): string {
  const found = path.posix.relative(path.posix.dirname(from), to);
  return found.startsWith('.') ? found : `./${found}`;
}

describe('import rules', () => {
  for (const [rule, files] of Object.entries(broken)) {
    test(`${rule} reports an import that violates it`, async () => {
      assert.deepEqual(await rulesBrokenBy(files), [rule, ...(alsoBroken[rule] ?? [])].sort());
    });
  }

  test('accept imports in the allowed direction', async () => {
    const files = {
      'src/site/users/a.ts': ['src/core/accounts/index.ts', 'src/domain/b.ts'],
      'src/core/accounts/index.ts': ['src/core/accounts/c.ts'],
      'src/core/accounts/c.ts': ['src/core/activity/index.ts', 'src/platform/d.ts'],
      'src/core/activity/index.ts': ['src/domain/b.ts'],
      'src/platform/d.ts': ['src/domain/b.ts'],
      'src/domain/b.ts': [],
    };
    assert.deepEqual(await rulesBrokenBy(files), []);
  });

  test('each have an example in this test, except the rules about packages and most orders of contexts', () => {
    const aboutPackages = ['drivers-in-platform-and-stores', 'express-in-site', 'no-development-package', 'resolvable'];
    const names = forbidden.map(({ name }) => name ?? '').filter((name) => !aboutPackages.includes(name));
    const others = names.filter((name) => !(name in broken) && !name.startsWith('context-order-'));
    assert.deepEqual(others, []);
  });
});
