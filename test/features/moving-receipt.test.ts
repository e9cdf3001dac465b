import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { generateSigningKey, signerOf } from '../../src/platform/keys/region-key.ts';
import { finishMove } from '../../src/core/moving/finish-move.ts';
import { MoveFault, type MoveFaultKind } from '../../src/core/moving/move-fault.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { cancelMove } from '../../src/core/moving/cancel-move.ts';
import { moveOut } from '../../src/core/moving/move-out.ts';
import { readReceipt, receiptOf, type Receipt } from '../../src/core/moving/receipt.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aMovingRegion, bundleFile, rowCountsOf, moveTenant, exportBundle } from '../support/moving.ts';
import { aPopulatedTenant } from '../support/populated-tenant.ts';
import { aPerson } from '../support/person.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';
import * as movesStore from '../../src/core/moving/moves.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const english = { 'Accept-Language': 'en' };
const from = await aMovingRegion('worldwide');
const to = await aMovingRegion('germany');
const isFault = (kind: MoveFaultKind) => (error: unknown) => (
  assert.equal(error instanceof MoveFault ? error.kind : error, kind),
  true
);

async function aSmallTenant() {
  const tenant = await aTenant(from.portal, { language: 'en' });
  const user = await aUser(from.portal, tenant, { administratorLevel: 'global' });
  return { tenant, user };
}

describe('finishing a move with a receipt', async () => {
  const { tenant } = await aPopulatedTenant(from);
  const file = await exportBundle(from, to, tenant.id);
  await moveIn(to.parts, file, to.identity);
  const receipt = await receiptOf(to.parts, tenant.id);
  const done = (given: unknown) => finishMove(from.parts, tenant.id, given);
  const users = receipt.tables.findIndex(({ name }) => name === 'users');
  const fewer = receipt.tables.with(users, { ...receipt.tables[users]!, rows: 1 });
  const otherRegion = await aMovingRegion('germany');
  const small = await aSmallTenant();
  const otherMove = await (async (): Promise<Receipt> => {
    await moveIn(to.parts, await exportBundle(from, to, small.tenant.id), to.identity);
    return receiptOf(to.parts, small.tenant.id);
  })();

  const table: [label: string, given: unknown, kind: MoveFaultKind][] = [
    ['is missing', null, 'receiptForm'],
    ['is a directory file', { routes: [] }, 'receiptForm'],
    ['has no signature', { ...receipt, signature: undefined }, 'receiptForm'],
    ['states fewer rows', { ...receipt, tables: fewer }, 'receiptSignature'],
    ['has a different time', { ...receipt, at: receipt.at + 1 }, 'receiptSignature'],
    ['names another tenant', { ...receipt, tenantId: 'x' }, 'receiptSignature'],
    ['names another key', { ...receipt, signer: signerOf('germany', generateSigningKey()) }, 'receiptSignature'],
    ['belongs to another tenant', otherMove, 'receiptOfAnother'],
  ];
  for (const [label, given, kind] of table) {
    it(`deletes nothing if the receipt ${label}`, async () => {
      const before = await rowCountsOf(from);
      await assert.rejects(done(given), isFault(kind));
      assert.deepEqual(await rowCountsOf(from), before);
    });
  }

  it('deletes nothing if a validly signed receipt does not match the bundle', async () => {
    await movesStore.add(otherRegion.portal.database, {
      ...(await movesStore.findLatestIn(to.portal.database, tenant.id))!,
      summary: fewer,
    });
    await assert.rejects(done(await receiptOf(otherRegion.parts, tenant.id)), isFault('receiptDiffers'));
  });

  it('deletes nothing if data in the old region has changed since', async () => {
    const { portal } = from;
    await activityStore.record(portal.database, tenant.scope, { kind: 'user.blocked' }, null, portal.clock.now);
    const before = await rowCountsOf(from);
    await assert.rejects(done(receipt), isFault('changedSince'));
    assert.deepEqual(await rowCountsOf(from), before);
    const last = portal.database.knex('activity').where({ tenant_id: tenant.id }).max('place');
    await portal.database.knex('activity').where({ tenant_id: tenant.id, place: last, kind: 'user.blocked' }).delete();
  });

  it('uses a deterministic receipt that can be parsed from JSON', async () => {
    assert.deepEqual(await receiptOf(to.parts, tenant.id), receipt);
    assert.deepEqual(readReceipt(JSON.parse(JSON.stringify(receipt))), receipt);
    await assert.rejects(receiptOf(to.parts, 'nobody'), isFault('noReceipt'));
  });

  it('can be repeated and reports the same result', async () => {
    const first = await finishMove(from.parts, small.tenant.id, otherMove);
    const second = await finishMove(from.parts, small.tenant.id, otherMove);
    assert.deepEqual(second, first);
    assert.ok(first.tables.every(({ left }) => left === 0));
    assert.deepEqual(first.tables[0], { table: 'tenants', was: 1, left: 0 });
  });
});

describe('a moving tenant', () => {
  it('cannot sign in, and the report counts the refused attempts', async () => {
    const { tenant, user } = await aSmallTenant();
    const signedIn = await aPerson(from.portal, english).signIn(user);
    const file = await exportBundle(from, to, tenant.id);
    assert.equal((await signedIn.visit('/dashboard')).path, '/sign-in');
    const late = await aPerson(from.portal, english).visit('/sign-in');
    await late.send('POST', '/sign-in', { username: user.username });
    const answer = await late.send('POST', '/sign-in/password', { password: user.clearPassword });
    assert.equal(answer.status, 422);
    await moveIn(to.parts, file, to.identity);
    const report = await finishMove(from.parts, tenant.id, await receiptOf(to.parts, tenant.id));
    assert.equal(report.refusedMeanwhile, 1);
  });

  it('cannot be changed by operator commands or by the purge job', async () => {
    const { tenant } = await aSmallTenant();
    const { portal } = from;
    await aUser(portal, tenant, { state: 'deleted', deletedAt: 1 });
    await exportBundle(from, to, tenant.id);
    const person = { username: `x@${tenant.domain}`, name: 'X', language: null } as const;
    const added = portal.tenants.addUser(tenant.id, { ...person, administratorLevel: 'none', agentLevel: 'none' });
    await assert.rejects(added, /moving/);
    for (const state of ['suspended', 'active'] as const)
      await assert.rejects(portal.tenants.setState(tenant.id, state), /moving/);
    await assert.rejects(portal.tenants.setListed(tenant.id, false), /moving/);
    await portal.background.runAll();
    assert.equal(
      await portal.database
        .knex('users')
        .where({ tenant_id: tenant.id })
        .then(({ length }) => length),
      2,
    );
    await assert.rejects(exportBundle(from, to, tenant.id), isFault('alreadyMoving'));
  });

  it("cannot be the operators' own tenant", async () => {
    const { tenant } = await aSmallTenant();
    await from.portal.database.knex('tenants').where({ id: tenant.id }).update({ kind: 'operators' });
    await assert.rejects(exportBundle(from, to, tenant.id), isFault('operators'));
    await from.portal.database.knex('tenants').where({ id: tenant.id }).update({ kind: 'partner' });
  });

  it('can sign in again after its move is canceled, and the move cannot be canceled twice', async () => {
    const { tenant, user } = await aSmallTenant();
    await exportBundle(from, to, tenant.id);
    await cancelMove(from.parts, tenant.id, { reason: 'test' });
    assert.equal((await aPerson(from.portal, english).signIn(user)).path, '/dashboard');
    await assert.rejects(cancelMove(from.parts, tenant.id, { reason: 'test' }), isFault('notMoving'));
  });

  it('is not deleted by a receipt that arrives after the cancellation', async () => {
    const { tenant } = await aSmallTenant();
    await moveIn(to.parts, await exportBundle(from, to, tenant.id), to.identity);
    await cancelMove(from.parts, tenant.id, { reason: 'test' });
    const receipt = await receiptOf(to.parts, tenant.id);
    await assert.rejects(finishMove(from.parts, tenant.id, receipt), isFault('notMoving'));
    await exportBundle(from, to, tenant.id);
    await assert.rejects(finishMove(from.parts, tenant.id, receipt), isFault('receiptOfAnother'));
  });

  it('stays suspended if it was suspended', async () => {
    const { tenant } = await aSmallTenant();
    await from.portal.tenants.setState(tenant.id, 'suspended');
    await moveTenant(from, to, tenant.id);
    assert.equal((await tenantsStore.findForOperator(to.portal.database, tenant.id))?.state, 'suspended');
  });

  it('stays unlisted in the directory if it was unlisted', async () => {
    const { tenant } = await aSmallTenant();
    await directoryStore.upsert(from.portal.database, [{ domain: tenant.domain, region: 'worldwide' }]);
    await from.portal.tenants.setListed(tenant.id, false);
    await moveTenant(from, to, tenant.id);
    assert.equal(await directoryStore.regionOf(from.portal.database, tenant.domain), null);
    assert.equal((await tenantsStore.findForOperator(to.portal.database, tenant.id))?.listed, false);
    const shared = await directoryStore.listShared(to.portal.database, 'germany');
    assert.deepEqual(
      shared.filter(({ domain }) => domain === tenant.domain),
      [],
    );
  });

  it('stays active if the move order is invalid', async () => {
    const { tenant } = await aSmallTenant();
    const order = { tenantId: tenant.id, to: 'germany', recipient: to.recipient, passwords: 'keep' } as const;
    const taken = bundleFile(from);
    writeFileSync(taken, '');
    const table: [overrides: object, kind: MoveFaultKind][] = [
      [{ tenantId: 'nobody' }, 'unknownTenant'],
      [{ to: 'worldwide' }, 'sameRegion'],
      [{ to: 'china' }, 'noAddress'],
      [{ recipient: 'age1nobody' }, 'recipient'],
      [{ file: taken }, 'fileExists'],
    ];
    for (const [overrides, kind] of table)
      await assert.rejects(moveOut(from.parts, { ...order, file: bundleFile(from), ...overrides }), isFault(kind));
    await assert.rejects(moveOut(from.parts, { ...order, file: '/nowhere/at/all' }), /ENOENT/);
    assert.equal((await tenantsStore.findForOperator(from.portal.database, tenant.id))?.state, 'active');
  });
});
