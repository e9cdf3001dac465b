import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cancellationOf, cancelMove } from '../../src/core/moving/cancel-move.ts';
import { finishMove } from '../../src/core/moving/finish-move.ts';
import { MoveFault, type MoveFaultKind } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { moveFingerprint, type MoveStatement } from '../../src/core/moving/move-statement.ts';
import { receiptOf } from '../../src/core/moving/receipt.ts';
import { isRefused, readHeader, refuseBundle } from '../../src/core/moving/refuse-bundle.ts';
import { previewUndo, undoMoveIn } from '../../src/core/moving/undo-move-in.ts';
import { generateSigningKey } from '../../src/platform/keys/region-key.ts';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { aMovingRegion, exportBundle, rowCountsOf, type MovingRegion } from '../support/moving.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';
import * as movesStore from '../../src/core/moving/moves.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const reason = 'The file was lost';
const isFault = (kind: MoveFaultKind) => (error: unknown) => (
  assert.equal(error instanceof MoveFault ? error.kind : error, kind),
  true
);

const servers = [await postgres(), await postgres()];
for (const [dialect, fromUrl, toUrl] of [
  ['SQLite', undefined, undefined],
  ['PostgreSQL', servers[0]?.url, servers[1]?.url],
] as const) {
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', servers[1]);
  describe(`which region keeps a tenant, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const from = await aMovingRegion('worldwide', fromUrl);
    const to = await aMovingRegion('germany', toUrl);
    const stateIn = async ({ portal }: MovingRegion, { id }: TestTenant) =>
      (await tenantsStore.findForOperator(portal.database, id))?.state;

    async function inTransit() {
      const tenant = await aTenant(from.portal);
      await aUser(from.portal, tenant, { administratorLevel: 'global' });
      const file = await exportBundle(from, to, tenant.id);
      const move = (await movesStore.findOpen(from.portal.database, tenant.id))!;
      return { tenant, file, fingerprint: moveFingerprint(move.id), take: () => moveIn(to.parts, file, to.identity) };
    }

    it('the destination refuses a bundle, after which it cannot be imported and the source can cancel', async () => {
      const { tenant, file, fingerprint, take } = await inTransit();
      const header = await readHeader(to.parts, file, to.identity);
      assert.deepEqual([moveFingerprint(header.move), await isRefused(to.parts, fingerprint)], [fingerprint, false]);
      const release = await refuseBundle(to.parts, fingerprint);
      assert.equal(await isRefused(to.parts, fingerprint), true);
      assert.deepEqual(await refuseBundle(to.parts, fingerprint), release, 'the release can be printed again');
      const before = await rowCountsOf(to);
      await assert.rejects(take(), isFault('refused'));
      assert.deepEqual(await rowCountsOf(to), before);
      const { isRisky } = await cancelMove(from.parts, tenant.id, { reason: null, release });
      assert.deepEqual([isRisky, await stateIn(from, tenant)], [false, 'active']);
      // A new move has another ID, so the refusal does not apply to it.
      await moveIn(to.parts, await exportBundle(from, to, tenant.id), to.identity);
    });

    it('an imported bundle cannot be refused, and only one of two concurrent decisions succeeds', async () => {
      const { fingerprint, take } = await inTransit();
      await take();
      await assert.rejects(isRefused(to.parts, fingerprint), isFault('alreadyImported'));
      await assert.rejects(refuseBundle(to.parts, fingerprint), isFault('alreadyImported'));
      const race = await inTransit();
      const both = await Promise.allSettled([race.take(), refuseBundle(to.parts, race.fingerprint)]);
      const faults = both.flatMap((each) => (each.status === 'rejected' ? [(each.reason as MoveFault).kind] : []));
      const isImported = (await stateIn(to, race.tenant)) === 'active';
      assert.deepEqual(faults, [isImported ? 'alreadyImported' : 'refused']);
    });

    it('the source cancels only with a release from the right region for the right move', async () => {
      const { tenant, fingerprint } = await inTransit();
      const other = await inTransit();
      const release = await refuseBundle(to.parts, fingerprint);
      const foreign = await refuseBundle({ ...from.parts, signingKey: generateSigningKey() }, fingerprint);
      const cancellation = await cancellationOf(from.parts, await canceled()).catch((error: unknown) => error);
      const table: [label: string, given: unknown, kind: MoveFaultKind][] = [
        ['is not a release', { routes: [] }, 'releaseForm'],
        ['is a cancellation', cancellation, 'releaseForm'],
        ['has no signature', { ...release, signature: undefined }, 'releaseForm'],
        ['has another time', { ...release, at: release.at + 1 }, 'releaseSignature'],
        ['names another move', { ...release, move: other.fingerprint }, 'releaseSignature'],
        ['is signed as a cancellation', { ...(cancellation as object), form: release.form }, 'releaseSignature'],
        ['is for another move', await refuseBundle(to.parts, other.fingerprint), 'releaseOfAnother'],
        ['is from another region', foreign, 'releaseOfAnother'],
      ];
      for (const [label, given, kind] of table) {
        const before = await rowCountsOf(from);
        await assert.rejects(cancelMove(from.parts, tenant.id, { reason, release: given }), isFault(kind), label);
        assert.deepEqual([await rowCountsOf(from), await stateIn(from, tenant)], [before, 'moving'], label);
      }
    });

    /** Creates a tenant and cancels its move by force. @returns the ID of the tenant */
    async function canceled(): Promise<string> {
      const { tenant } = await inTransit();
      await cancelMove(from.parts, tenant.id, { reason });
      return tenant.id;
    }

    it('a malformed fingerprint is refused', async () => {
      for (const text of ['', 'beef', `${'ABCD-'.repeat(7)}ABCD`, `${'0000-'.repeat(7)}0000\n`])
        await assert.rejects(refuseBundle(to.parts, text), isFault('moveFingerprint'), text);
    });

    it('the cancellation of the source reduces two active copies to one and voids the receipt', async () => {
      const { tenant, fingerprint, take } = await inTransit();
      await take();
      await cancelMove(from.parts, tenant.id, { reason });
      assert.deepEqual([await stateIn(from, tenant), await stateIn(to, tenant)], ['active', 'active']);
      const cancellation = await cancellationOf(from.parts, tenant.id);
      assert.equal((await previewUndo(to.parts, tenant.id, cancellation))?.rows.users, 1);
      const undone = await undoMoveIn(to.parts, tenant.id, cancellation);
      assert.deepEqual(undone, await undoMoveIn(to.parts, tenant.id, cancellation), 'it can be repeated');
      assert.equal(await previewUndo(to.parts, tenant.id, cancellation), null);
      assert.ok(undone.tables.every(({ left }) => left === 0));
      assert.deepEqual([await stateIn(from, tenant), await stateIn(to, tenant)], ['active', undefined]);
      assert.equal(await directoryStore.regionOf(to.portal.database, tenant.domain), 'worldwide');
      await assert.rejects(take(), isFault('refused'));
      assert.equal(await isRefused(to.parts, fingerprint), true);
      await assert.rejects(receiptOf(to.parts, tenant.id), isFault('noReceipt'));
      // The tenant can be moved again.
      await moveIn(to.parts, await exportBundle(from, to, tenant.id), to.identity);
      await finishMove(from.parts, tenant.id, await receiptOf(to.parts, tenant.id));
      assert.deepEqual([await stateIn(from, tenant), await stateIn(to, tenant)], [undefined, 'active']);
    });

    it('an imported tenant is deleted only with the cancellation of its own move', async () => {
      const { tenant, take } = await inTransit();
      await take();
      await assert.rejects(cancellationOf(from.parts, tenant.id), isFault('notCanceled'));
      const other = await cancellationOf(from.parts, await canceled());
      await cancelMove(from.parts, tenant.id, { reason });
      const own = await cancellationOf(from.parts, tenant.id);
      const elsewhere = { ...from.parts, rules: { ...from.parts.rules, region: 'china' } };
      const forged = await cancellationOf({ ...elsewhere, signingKey: generateSigningKey() }, tenant.id);
      const release = await refuseBundle(to.parts, own.move).catch((error: unknown) => error);
      const table: [label: string, given: unknown, kind: MoveFaultKind][] = [
        ['is not a cancellation', release, 'cancellationForm'],
        ['is changed', { ...own, at: own.at + 1 } satisfies MoveStatement, 'cancellationSignature'],
        ['is for another move', other, 'cancellationOfAnother'],
        ['is from another region', forged, 'cancellationOfAnother'],
      ];
      for (const [label, given, kind] of table) {
        const before = await rowCountsOf(to);
        await assert.rejects(previewUndo(to.parts, tenant.id, given), isFault(kind), label);
        await assert.rejects(undoMoveIn(to.parts, tenant.id, given), isFault(kind), label);
        assert.deepEqual(await rowCountsOf(to), before, label);
      }
      await assert.rejects(undoMoveIn(to.parts, 'nobody', own), isFault('unknownTenant'));
    });
  });
}
