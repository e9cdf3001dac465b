import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { MoveFault, type MoveFaultKind } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { cancelMove } from '../../src/core/moving/cancel-move.ts';
import { moveOut } from '../../src/core/moving/move-out.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { aMovingRegion, bundleFile, rowCountsOf, moveTenant, exportBundle } from '../support/moving.ts';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const reason = 'Never delivered, ticket 4711';
const isFault = (kind: MoveFaultKind) => (error: unknown) => error instanceof MoveFault && error.kind === kind;

for (const server of [undefined, await postgres()]) {
  const label = server === undefined ? 'SQLite' : 'PostgreSQL';
  const skip = server === undefined ? false : skipWithout('postgres', server);
  describe(`canceling a move, on ${label}`, { skip }, async () => {
    if (server === null) return;
    const from = await aMovingRegion('worldwide', server?.url);
    const to = await aMovingRegion('germany');
    const { database } = from.portal;
    const stateOf = async ({ id }: TestTenant) => (await tenantsStore.findForOperator(database, id))?.state;

    it('requires no reason while the bundle is incomplete', async () => {
      const tenant = await aTenant(from.portal);
      await exportBundle(from, to, tenant.id);
      // Simulate a process that was killed while writing the bundle.
      await database.knex('moves').where({ tenant_id: tenant.id }).update({ summary: null });
      await cancelMove(from.parts, tenant.id, { reason: null });
      assert.equal(await stateOf(tenant), 'active');
    });

    it('happens automatically if the bundle cannot be written', async () => {
      const tenant = await aTenant(from.portal);
      const file = bundleFile(to);
      const order = { tenantId: tenant.id, to: 'germany', recipient: to.recipient, passwords: 'keep', file } as const;
      const { clock } = from.parts;
      // Create the file after the check that it does not exist.
      const late = { ...from.parts, clock: () => (writeFileSync(file, 'in the way'), clock()) };
      await assert.rejects(moveOut(late, order), /EEXIST/);
      assert.equal(await stateOf(tenant), 'active');
    });

    it('removes a bundle that is still being written', async () => {
      const tenant = await aTenant(from.portal);
      const file = bundleFile(to);
      const order = { tenantId: tenant.id, to: 'germany', recipient: to.recipient, passwords: 'keep', file } as const;
      const snapshot: typeof database.snapshot = async (work) => {
        const result = await database.snapshot(work);
        await cancelMove(from.parts, tenant.id, { reason: null });
        return result;
      };
      await assert.rejects(
        moveOut({ ...from.parts, database: { ...database, snapshot } }, order),
        isFault('notMoving'),
      );
      assert.deepEqual([existsSync(file), await stateOf(tenant)], [false, 'active']);
    });

    const written: [label: string, reason: string | null][] = [
      ['without a reason', null],
      ['with an empty reason', ''],
      ['with a reason of spaces', ' \n'],
    ];
    for (const isMovedIn of [false, true])
      for (const [how, given] of written)
        it(`is refused ${how} once the bundle has been written${isMovedIn ? ' and imported' : ''}, and nothing changes`, async () => {
          const tenant = await aTenant(from.portal);
          await aUser(from.portal, tenant, { administratorLevel: 'global' });
          const file = await exportBundle(from, to, tenant.id);
          if (isMovedIn) await moveIn(to.parts, file, to.identity);
          const before = await rowCountsOf(from);
          await assert.rejects(cancelMove(from.parts, tenant.id, { reason: given }), isFault('bundleWritten'));
          assert.deepEqual(await rowCountsOf(from), before);
          assert.equal(await stateOf(tenant), 'moving');
        });

    it('succeeds with a reason, which the activity log keeps as erasable personal data', async () => {
      const tenant = await aTenant(from.portal, { language: 'en' });
      const admin = await aUser(from.portal, tenant, { administratorLevel: 'global' });
      await exportBundle(from, to, tenant.id);
      await cancelMove(from.parts, tenant.id, { reason: ` ${reason} ` });
      assert.equal(await stateOf(tenant), 'active');
      const [row] = await database
        .knex('activity')
        .where({ tenant_id: tenant.id, kind: 'tenant.moveCancelled' })
        .select<{ data: string; personal: string }[]>('data', 'personal');
      assert.ok(!row?.data.includes(reason));
      assert.ok(row?.personal.includes(`"${reason}"`));
      const person = await aPerson(from.portal, { 'Accept-Language': 'en' }).signIn(admin);
      (await person.visit(paths.activityLog)).sees(`Reason: ${reason}`);
      assert.ok((await person.visit(paths.activityCsv)).text.includes(reason));
      assert.equal((await verifyChain(database, tenant.id))?.fault, null);
    });

    it('is refused after the move has finished', async () => {
      const tenant = await aTenant(from.portal);
      await aUser(from.portal, tenant, { administratorLevel: 'global' });
      await moveTenant(from, to, tenant.id);
      await assert.rejects(cancelMove(from.parts, tenant.id, { reason }), isFault('unknownTenant'));
    });
  });
}
