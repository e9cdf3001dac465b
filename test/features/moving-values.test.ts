import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MoveFault } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { createHasher, hashParameters } from '../../src/platform/keys/hasher.ts';
import { openForgery } from '../support/forged-bundle.ts';
import { rowCountsOf } from '../support/moving.ts';
import { aBundleInTransit } from '../support/moving-bundle.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

type Value = string | number | null;

const [bell, rightToLeft, lineBreak, nul] = ['\u0007', '\u202e', '\r\n', '\0'];
const future = 9e15;
const huge = 'a'.repeat(1_000_000);

// Each value is one that no form, import or command stores.
const values: [table: string, column: string, values: Value[]][] = [
  ['tenants', 'id', ['x', '../x', huge]],
  ['tenants', 'name', ['', ' ', ` Kiesel`, `Kie${rightToLeft}sel`, `Kie${bell}sel`, 'x'.repeat(201)]],
  ['tenants', 'language', ['english!', '', `de${lineBreak}`]],
  ['tenants', 'created_at', [-1, 1.5, future, 'now']],
  ['tenants', 'activity_length', [-1, 1.5]],
  ['tenants', 'activity_hash', ['x', huge]],
  ['tenants', 'own_rules', ['{"__proto__":{}}', '{"unknown":1}', '{"passwordLength":1e99}', '{"attempts":-1}', 'null']],
  [
    'tenant_domains',
    'domain',
    ['x.example/../..', 'localhost', 'X.EXAMPLE', `x${lineBreak}.example`, `${'a.'.repeat(200)}de`],
  ],
  ['users', 'id', ['', 'x/../y', huge]],
  ['users', 'username', ['A@domain', `a${nul}@domain`, 'a@@domain', '@domain', huge]],
  ['users', 'first_name', [`Zo${rightToLeft}é`, `Zoé${lineBreak}`, ' Zoé', huge, 'x'.repeat(121)]],
  ['users', 'last_name', [`Bes${bell}son`, 'x'.repeat(121)]],
  ['users', 'display_name', ['', '\u2800', `Zoé${nul}`, 'x'.repeat(242), huge]],
  ['users', 'administrator_level', ['root', null]],
  ['users', 'agent_level', ['owner', '']],
  ['users', 'language', ['de_DE!', '']],
  ['users', 'state', ['erased', null]],
  ['users', 'state_before', ['deleted', '']],
  ['users', 'password', ['none', null]],
  ['users', 'temporary_until', [future, -1]],
  ['users', 'epoch', [-1, 2 ** 31, 0.5]],
  ['users', 'version', [-1, 2 ** 31]],
  ['users', 'created_at', [future]],
  ['users', 'updated_at', [future]],
  ['users', 'last_sign_in_at', [future, null]],
  ['users', 'global_admin_until', [future]],
  ['users', 'deleted_at', [future, 1]],
  ['users', 'second_factor_due', [2, 'yes']],
  ['credentials', 'user_id', ['nobody']],
  ['credentials', 'kind', ['totp', 'recoveryCode']],
  ['credentials', 'set_by', [`=1+1${bell}X`, huge]],
  ['credentials', 'created_at', [future]],
  ['activity', 'place', [0.5, 'x']],
  ['activity', 'at', [future, 'x']],
  ['activity', 'kind', ['<b>', huge, `user.added${lineBreak}`]],
  ['activity', 'data', ['{', '[]', '"x"', `{"said":"${rightToLeft}"}`, `{"said":"${huge}"}`]],
  ['activity', 'personal', ['{', '[]', '{"said":"\\u0007"}', `{"deep":[{"said":"${rightToLeft}"}]}`]],
  ['activity', 'request_id', [`x${lineBreak}`, huge]],
  ['activity', 'actor_id', ['../x', huge]],
  ['activity', 'target_id', [`x${nul}`]],
  ['activity', 'hash', ['x']],
];

/** The check is the same for both databases, so a few values are enough on the second one. */
const onPostgres = ['name', 'username', 'first_name', 'last_sign_in_at', 'data'];

const salt = 'A'.repeat(22);
const output = 'A'.repeat(43);
const hash = (parameters: string, saltText = salt, outputText = output): string =>
  `$argon2id$v=19$${parameters}$${saltText}$${outputText}`;
const own = 'm=19456,t=2,p=1';
const hashes: [label: string, tag: string, forOwn: boolean, forTemporary: boolean][] = [
  ['the parameters of this version', hash(own), true, true],
  ['more memory and passes', hash('m=65536,t=3,p=4'), true, true],
  ['the parameters of temporary passwords', hash('m=1024,t=1,p=1'), false, true],
  ['too little memory', hash('m=19455,t=2,p=1'), false, true],
  ['too few passes', hash('m=19456,t=1,p=1'), false, true],
  ['hardly any memory', hash('m=8,t=1,p=1'), false, false],
  ['too much memory', hash('m=65537,t=2,p=1'), false, false],
  ['a gigabyte', hash('m=1048576,t=2,p=1'), false, false],
  ['too many passes', hash('m=19456,t=4,p=1'), false, false],
  ['too many lanes', hash('m=19456,t=2,p=5'), false, false],
  ['no lanes', hash('m=19456,t=2,p=0'), false, false],
  ['a short salt', hash(own, 'A'.repeat(20)), false, false],
  ['a long salt', hash(own, 'A'.repeat(88)), false, false],
  ['a short output', hash(own, salt, 'A'.repeat(22)), false, false],
  ['a long output', hash(own, salt, 'A'.repeat(88)), false, false],
  ['an output that cannot be decoded', hash(own, salt, 'A'.repeat(45)), false, false],
  ['an output in another alphabet', hash(own, salt, `${'A'.repeat(42)}!`), false, false],
  ['a leading zero', hash('m=019456,t=2,p=1'), false, false],
  ['another order', hash('t=2,m=19456,p=1'), false, false],
  ['an additional parameter', hash('m=19456,t=2,p=1,data=AAAA'), false, false],
  ['another version', hash(own).replace('v=19', 'v=16'), false, false],
  ['another variant', hash(own).replace('argon2id', 'argon2i'), false, false],
  ['another algorithm', `$2b$10$${'A'.repeat(53)}`, false, false],
  ['trailing text', `${hash(own)}\n`, false, false],
  ['no hash', '', false, false],
];

// Started before the first suite: the test runner would otherwise end before the other suites are registered.
const servers = [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const;

describe('the bounds of a password hash from another region', () => {
  const hasher = createHasher(hashParameters);
  for (const [label, tag, forOwn, forTemporary] of hashes)
    it(`accept ${label}: own password ${forOwn}, temporary password ${forTemporary}`, () => {
      assert.deepEqual([hasher.isAcceptable(tag, false), hasher.isAcceptable(tag, true)], [forOwn, forTemporary]);
    });

  it('accept what this region generates', async () => {
    assert.equal(hasher.isAcceptable(await hasher.hash('x'), false), true);
    assert.equal(hasher.isAcceptable(await hasher.hashRandom('x'), true), true);
  });
});

for (const [dialect, server] of servers) {
  describe(`the values of a bundle, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const { to, from, file, populated } = await aBundleInTransit(server?.url);
    const { header, columns, forged, where } = await openForgery({ from, to, file });
    const domain = populated.tenant.domain;

    const before = await rowCountsOf(to);
    /** Imports a bundle, which must be refused and leave no rows. */
    async function faultOf(bundle: string): Promise<MoveFault> {
      const error: unknown = await moveIn(to.parts, bundle, to.identity).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof MoveFault, String(error));
      assert.deepEqual(await rowCountsOf(to), before);
      return error;
    }

    const tested = values.filter(([, column]) => dialect === 'SQLite' || onPostgres.includes(column));
    for (const [table, column, refused] of tested)
      it(`are refused, and the error names the row and the field: ${table}.${column}`, async () => {
        for (const value of refused) {
          const text = typeof value === 'string' ? value.replace('domain', domain) : value;
          const { kind, about } = await faultOf(await forged({}, where(table, column, text)));
          const label = JSON.stringify(value).slice(0, 60);
          assert.deepEqual([kind, about], ['content', `row 1 of ${table}: ${column}`], label);
        }
      });

    it('are also refused in the header', async () => {
      const tenants = [{ name: `Kie${bell}sel` }, { domains: ['x.example/../..'] }, { id: 'x' }, { domains: [] }];
      for (const tenant of tenants) {
        const { kind, about } = await faultOf(await forged({ tenant: { ...header.tenant, ...tenant } }));
        assert.deepEqual([kind, /^header: tenant\.\w+/.test(about)], ['content', true], about);
      }
      assert.equal((await faultOf(await forged({ to: `germany${lineBreak}` }))).about, 'header: to');
      assert.equal((await faultOf(await forged({ schema: bell }))).about, 'header: schema');
    });

    it('are refused if no active Global admin remains', async () => {
      const at = columns.get('users')!.indexOf('administrator_level');
      const bundle = await forged({}, (all) =>
        all.map((row) => (row.table === 'users' ? { ...row, cells: row.cells.with(at, 'none') } : row)),
      );
      assert.equal((await faultOf(bundle)).about, 'users: no active Global admin');
    });

    it('are accepted if valid, with own rules limited to what the region allows', async () => {
      const ownRules = { passwordLength: 1_000, idleMinutes: 10_000, attempts: 1, secondFactor: 'nobody' };
      const bundle = await forged({}, where('tenants', 'own_rules', JSON.stringify(ownRules)));
      const { adaptedRules } = await moveIn(to.parts, bundle, to.identity);
      const tenant = await tenantsStore.findForOperator(to.portal.database, populated.tenant.id);
      const { maximumLength } = to.portal.config.rules.password;
      assert.deepEqual(tenant?.ownRules, { passwordLength: Math.floor((maximumLength * 3) / 4), attempts: 1 });
      assert.deepEqual(adaptedRules.toSorted(), ['idleMinutes', 'passwordLength', 'secondFactor']);
    });
  });
}
