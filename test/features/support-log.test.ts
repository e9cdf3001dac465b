import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import { createFileCheck } from '../../src/core/activity/verify-file.ts';
import { aUser } from '../support/builders.ts';
import {
  anOperator,
  aSupportedTenant,
  english,
  enterSupport,
  grantSupport,
  operatorsOf,
  type SupportedTenant,
} from '../support/operators.ts';
import { aPerson, type Person } from '../support/person.ts';
import { advanceTime, openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';

const users = '/account-settings/user-management';
const log = '/account-settings/activity-log';
const dayMs = 24 * 3_600_000;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`the activity log of support access, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const environment = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'portal@hosting.example' };
    const portal = await openPortal({ environment, ...(server?.url ? { databaseUrl: server.url } : {}) });

    /** An operator resets Zoé's password in a tenant whose administrator is Camille. */
    async function story(name: string) {
      const ada = await anOperator(portal, { displayName: `Ada ${name}` });
      const supported = await aSupportedTenant(portal);
      const zoe = await aUser(portal, supported.tenant, { displayName: 'Zoé Besson' });
      const grantId = await grantSupport(portal, supported, ada, { purpose: 'Zoé is locked out' });
      const operator = await enterSupport(portal, ada);
      await operator.send('POST', `${users}/${zoe.id}/reset-password`, { epoch: '0' });
      await operator.visit('/dashboard');
      await operator.submit('End support session');
      return { ada, zoe, grantId, ...supported };
    }
    async function lines({ admin }: Pick<SupportedTenant, 'admin'>): Promise<string> {
      return (await admin.send('GET', `${log}/export.jsonl`)).text;
    }
    function verify(file: string): void {
      const [begin = '', ...rest] = file.trimEnd().split('\n');
      const check = createFileCheck(begin, sha256);
      for (const line of rest) assert.equal(check?.next(line), null);
      assert.equal(check?.end(), null);
    }
    const signInAgain = ({ camille }: SupportedTenant): Promise<Person> => aPerson(portal, english).signIn(camille);

    it('shows who acted and who granted the access, on the page and in both exports', async () => {
      const scenario = await story('Betrieb');
      await scenario.admin.visit(log);
      scenario.admin
        .sees('Camille Laurent granted support access to Ada Betrieb.')
        .sees('Reason: Zoé is locked out')
        .sees('Ada Betrieb (support) started a support session.')
        .sees('Ada Betrieb (support) reset Zoé Besson’s password. Support access granted by Camille Laurent')
        .sees('Ada Betrieb (support) ended the support session.')
        .doesNotSee('Ada Betrieb signed in');
      const csv = (await scenario.admin.send('GET', `${log}/export.csv`)).text;
      assert.match(csv, /Ada Betrieb \(support\) reset Zoé Besson’s password\..*granted by Camille Laurent/);
      const file = await lines(scenario);
      verify(file);
      const entry = file.split('\n').find((line) => line.includes('"kind":"password.reset"')) ?? '';
      const { actorId, data, personal } = JSON.parse(entry) as Record<string, string>;
      assert.equal(actorId, scenario.ada.id);
      const supportIn = (text = ''): unknown => (JSON.parse(text) as { support?: unknown }).support;
      assert.deepEqual(supportIn(data), { grant: scenario.grantId, grantedBy: scenario.camille.id });
      assert.deepEqual(supportIn(personal), { operator: 'Ada Betrieb', grantedBy: 'Camille Laurent' });
    });

    it('includes operator and grant in the hash chain, so that tampering is detected', async () => {
      const scenario = await story('Kette');
      const file = await lines(scenario);
      for (const [from, to] of [
        [scenario.grantId, crypto.randomUUID()],
        [scenario.ada.id, scenario.camille.id],
        ['Ada Kette', 'Bob Kette'],
        ['Zoé is locked out', 'Something else'],
      ] as const) {
        assert.ok(file.includes(from));
        assert.throws(() => verify(file.replace(from, to)), from);
      }
    });

    it("does not contain operators' sign-ins, which are in their own tenant's log", async () => {
      const scenario = await story('Anmeldung');
      const { knex } = portal.database;
      const kinds = async (tenantId: string): Promise<string[]> => {
        const rows = (await knex('activity')
          .where({ tenant_id: tenantId, actor_id: scenario.ada.id })
          .orderBy('place')) as {
          kind: string;
        }[];
        return rows.map(({ kind }) => kind);
      };
      assert.deepEqual(await kinds(scenario.tenant.id), ['support.entered', 'password.reset', 'support.left']);
      assert.deepEqual(await kinds(scenario.ada.tenantId), ['signIn.succeeded']);
    });

    it("records a sign-out during a support session as leaving, and as a sign-out in the operators' tenant", async () => {
      const scenario = await story('Abmeldung');
      const operator = await enterSupport(portal, scenario.ada);
      await operator.submit('Sign out');
      assert.equal(operator.path, '/sign-in');
      const { knex } = portal.database;
      const last = async (tenant_id: string): Promise<unknown> =>
        knex('activity').where({ tenant_id }).orderBy('place', 'desc').first<object>('kind', 'actor_id');
      assert.deepEqual(await last(scenario.tenant.id), { kind: 'support.left', actor_id: scenario.ada.id });
      assert.deepEqual(await last(scenario.ada.tenantId), { kind: 'signOut', actor_id: scenario.ada.id });
    });

    it("names a blocked operator, and erasing the supported user keeps the operator's entries", async () => {
      const scenario = await story('Gesperrt');
      await operatorsOf(portal).changeOperator('block', scenario.ada.id);
      await scenario.admin.send('POST', `${users}/${scenario.zoe.id}/delete`);
      await scenario.admin.send('POST', `${users}/${scenario.zoe.id}/erase`);
      await scenario.admin.visit(log);
      scenario.admin.sees(/Ada Gesperrt \(support\) reset Erased user \w{4}-\w{4}’s password\./);
      scenario.admin.sees('Support access granted by Camille Laurent').doesNotSee('Zoé Besson');
      verify(await lines(scenario));
    });

    it("replaces an erased operator's name with a pseudonym everywhere", async () => {
      const scenario = await story('Vergessen');
      await operatorsOf(portal).changeOperator('delete', scenario.ada.username);
      await advanceTime(portal, 400 * dayMs);
      await portal.background.runAll();
      const admin = await signInAgain(scenario);
      await admin.visit(log);
      admin.sees(/Camille Laurent granted support access to Erased user (\w{4}-\w{4})\./).doesNotSee('Ada Vergessen');
      admin.sees(/Erased user \w{4}-\w{4} \(support\) reset Zoé Besson’s password\./);
      const file = await lines({ admin });
      verify(file);
      for (const table of ['activity', 'users', 'support_grants', 'user_sessions', 'deliveries', 'sessions']) {
        const rows = await portal.database.knex(table).select();
        assert.ok(!JSON.stringify(rows).includes('Vergessen'), table);
      }
    });

    it("replaces an erased administrator's name with a pseudonym, even where they granted the access", async () => {
      const scenario = await story('Bleibt');
      const second = await aUser(portal, scenario.tenant, {
        displayName: 'Second Admin',
        administratorLevel: 'global',
      });
      const admin = await aPerson(portal, english).signIn(second);
      await admin.send('POST', `${users}/${scenario.camille.id}/delete`);
      await admin.send('POST', `${users}/${scenario.camille.id}/erase`);
      await admin.visit(log);
      admin.sees(/Ada Bleibt \(support\) reset .* Support access granted by Erased user \w{4}-\w{4}/);
      const file = await lines({ admin });
      verify(file);
      assert.ok(!file.includes('Camille') && !file.includes('locked out'), file);
      await admin.visit('/account-settings/support-access');
      admin.sees('Ada Bleibt').doesNotSee('Camille').doesNotSee('locked out');
    });
  });
}
