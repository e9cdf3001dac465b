import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finishMove } from '../../src/core/moving/finish-move.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { cancelMove } from '../../src/core/moving/cancel-move.ts';
import { moveOut } from '../../src/core/moving/move-out.ts';
import { readBundle } from '../../src/core/moving/bundle.ts';
import { readEncrypted } from '../../src/core/moving/encrypted-file.ts';
import { receiptOf } from '../../src/core/moving/receipt.ts';
import { aStoredRequest } from '../support/approvals.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aTenantWithHandover, resetByLink } from '../support/links.ts';
import { aMovingRegion, bundleFile, exportBundle, synchronizeClocks, type MovingRegion } from '../support/moving.ts';
import { anOperator, aSupportedTenant, grantSupport, operatorsOf } from '../support/operators.ts';
import { advanceTime } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const dayMs = 24 * 3_600_000;
const kindsIn = ({ portal }: MovingRegion, tenantId: string): Promise<string[]> =>
  portal.database.knex('activity').where({ tenant_id: tenantId }).orderBy('place').pluck('kind');

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `moving a tenant and its pending items, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const from = await aMovingRegion('worldwide', server?.url);
      const to = await aMovingRegion('germany');
      const { portal } = from;

      it('ends the items before the bundle is written, and records nothing afterwards', async () => {
        const operator = await anOperator(portal);
        const supported = await aSupportedTenant(portal);
        const { tenant, camille } = supported;
        await grantSupport(portal, supported, operator);
        await aStoredRequest(portal, tenant, camille);
        const file = await exportBundle(from, to, tenant.id);
        const recorded = await kindsIn(from, tenant.id);
        assert.deepEqual(recorded.slice(-3).toSorted(), ['approval.lapsed', 'support.ended', 'tenant.moving']);
        await advanceTime(portal, 30 * dayMs);
        await portal.background.runAll();
        await operatorsOf(portal).changeOperator('block', operator.username);
        assert.deepEqual(await kindsIn(from, tenant.id), recorded);
        await moveIn(to.parts, file, to.identity);
        const report = await finishMove(from.parts, tenant.id, await receiptOf(to.parts, tenant.id));
        assert.ok(report.tables.every(({ left }) => left === 0));
      });

      it('leaves the items open if the move began in an earlier version', async () => {
        const operator = await anOperator(portal);
        const supported = await aSupportedTenant(portal);
        const { tenant, camille } = supported;
        await grantSupport(portal, supported, operator);
        await aStoredRequest(portal, tenant, camille);
        await tenantsStore.setState(portal.database, tenant.id, 'moving');
        const recorded = await kindsIn(from, tenant.id);
        await advanceTime(portal, 30 * dayMs);
        await portal.background.runAll();
        assert.deepEqual(await kindsIn(from, tenant.id), recorded);
        await tenantsStore.setState(portal.database, tenant.id, 'active');
        await portal.background.runAll();
        assert.deepEqual((await kindsIn(from, tenant.id)).slice(-2).toSorted(), ['approval.lapsed', 'support.expired']);
      });

      it("delays the erasure of an operator's name until the move has ended", async () => {
        const operator = await anOperator(portal, { displayName: 'Wanda Wart' });
        const supported = await aSupportedTenant(portal);
        const { tenant } = supported;
        const grant = await grantSupport(portal, supported, operator);
        await supportStore.finish(portal.database, grant, 'ended', portal.clock.now);
        await exportBundle(from, to, tenant.id);
        const home = (await tenantsStore.findOperatorsTenant(portal.database))!;
        const scope = portal.tenants.operatorScope(home);
        const named = async (): Promise<boolean> => {
          const rows = await portal.database.knex('activity').where({ tenant_id: tenant.id, target_id: operator.id });
          return rows.some(({ personal }: { personal: string | null }) => personal !== null);
        };
        await usersStore.setState(portal.database, scope, operator.id, 'deleted', portal.clock.now);
        await advanceTime(portal, 60 * dayMs);
        await portal.background.runAll();
        assert.equal(await named(), true);
        assert.equal((await usersStore.findDeleted(portal.database, scope, operator.id))?.displayName, 'Wanda Wart');
        await cancelMove(from.parts, tenant.id, { reason: 'test' });
        await portal.background.runAll();
        assert.equal(await named(), false);
        assert.equal(await usersStore.findDeleted(portal.database, scope, operator.id), null);
      });

      it('counts unopened one-time links in the bundle', async () => {
        const { tenant, admin } = await aTenantWithHandover(portal, 'link');
        for (const overrides of [{}, {}]) await resetByLink(admin, await aUser(portal, tenant, overrides));
        await aUser(portal, tenant, { password: 'temporary' });
        const file = bundleFile(to);
        const order = { tenantId: tenant.id, to: 'germany', recipient: to.recipient, passwords: 'keep', file } as const;
        synchronizeClocks(from, to);
        assert.equal((await moveOut(from.parts, order)).waitForLink, 2);
        assert.equal((await moveIn(to.parts, file, to.identity)).header.waitForLink, 2);
      });

      it('replaces a language that the new region does not offer, and the receipt stays valid', async () => {
        const tenant = await aTenant(portal, { language: 'fr' });
        await aUser(portal, tenant, { administratorLevel: 'global', language: 'fr' });
        await aUser(portal, tenant, { language: 'de' });
        const file = await exportBundle(from, to, tenant.id);
        const rules = { ...to.parts.rules, languages: ['de', 'en'], defaultLanguage: 'de' } as const;
        const taken = await moveIn({ ...to.parts, rules }, file, to.identity);
        assert.deepEqual(taken.relanguaged, { company: true, users: 1 });
        assert.equal((await tenantsStore.findForOperator(to.portal.database, tenant.id))?.language, 'de');
        const users = to.portal.database.knex('users').where({ tenant_id: tenant.id });
        assert.deepEqual((await users.pluck<(string | null)[]>('language')).toSorted(), ['de', null]);
        const { header } = await readBundle(readEncrypted(file, to.identity));
        assert.equal(header.tenant.id, tenant.id);
        await finishMove(from.parts, tenant.id, await receiptOf(to.parts, tenant.id));
      });
    },
  );
}
