import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecondFactorRemover } from '../../src/core/accounts/second-factor/remove-second-factor.ts';
import { bundleLines, readBundle, type BundleRow } from '../../src/core/moving/bundle.ts';
import { MoveFault } from '../../src/core/moving/move-fault.ts';
import { encrypterFor, readEncrypted, writeEncrypted } from '../../src/core/moving/encrypted-file.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { paths, fillPath as pathTo, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aMovingRegion, bundleFile, moveTenant, exportBundle, type MovingRegion } from '../support/moving.ts';
import { aPerson, type Person } from '../support/person.ts';
import {
  aSecondFactorUser,
  totpCode,
  english,
  confirmationFields,
  recoveryCodesOn,
  seedOn,
} from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const why = 'Your organization was moved to this region, but your authenticator app couldn’t be moved.';
const addressable = (path: string, id: string): string =>
  path.replace(':userId', id).replace(':token', 'a'.repeat(43)).replace(/:\w+/g, id);

const servers = [await postgres(), await postgres()];
for (const [dialect, fromUrl, toUrl] of [
  ['SQLite', undefined, undefined],
  ['PostgreSQL', servers[0]?.url, servers[1]?.url],
] as const) {
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', servers[1]);
  describe(`second factors of a moved tenant, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const from = await aMovingRegion('worldwide', fromUrl);
    const to = await aMovingRegion('germany', toUrl);
    const tenant = await aTenant(from.portal, { language: 'en' });
    const withFactor = async (overrides: Partial<TestUser> = {}): Promise<TestUser> =>
      (await aSecondFactorUser(from.portal, await aUser(from.portal, tenant, overrides))).user;
    const owner = await withFactor({ administratorLevel: 'global' });
    const temporary = await withFactor();
    const blocked = await withFactor();
    const plain = await aUser(from.portal, tenant);
    const other = await aUser(from.portal, tenant, { administratorLevel: 'global', displayName: 'Camille Laurent' });
    const camille = await aPerson(from.portal, english).signIn(other);
    await camille.visit(pathTo(paths.resetPassword, { userId: temporary.id }));
    await camille.submit('Reset password');
    const [issued = ''] = /\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}\b/.exec(camille.text) ?? [];
    await camille.send('POST', `${userPath(blocked.id)}/block`);
    const { taken } = await moveTenant(from, to, tenant.id);
    to.portal.clock.now = from.portal.clock.now;
    const signIn = (user: TestUser, clearPassword = goodPassword): Promise<Person> =>
      aPerson(to.portal, english).signIn({ ...user, clearPassword });

    it('are counted in the bundle, and only their users are affected', async () => {
      assert.equal(taken.header.secondFactors, 3);
      const rows = await to.portal.database.knex('users').where({ tenant_id: tenant.id, second_factor_due: 1 });
      const affected = (rows as { id: string }[]).map(({ id }) => id).sort();
      assert.deepEqual(affected, [owner.id, temporary.id, blocked.id].sort());
      assert.equal((await signIn(plain)).path, paths.dashboard);
    });

    it('must be set up, with an explanation, before any other page opens, even if the rules require none', async () => {
      assert.equal(to.portal.config.rules.secondFactor, 'nobody');
      const person = await signIn(owner);
      assert.equal(person.path, paths.ownSecondFactor);
      person.sees(why).doesNotSee('The rules require');
      assert.equal(person.$('main a').filter((_, each) => person.$(each).text() === 'Cancel').length, 0);
      const open = new Set<string>([paths.ownSecondFactor, paths.signOut, paths.language, paths.theme, paths.region]);
      for (const { method, path } of to.portal.routes) {
        if (open.has(path)) continue;
        const address = addressable(path, plain.id);
        const { status, headers } = await person.send(method.toUpperCase(), address);
        assert.deepEqual([status, headers.location], [303, paths.ownSecondFactor], `${method} ${path}`);
      }
    });

    it('are requested after the forced change of a temporary password', async () => {
      const person = await signIn(temporary, issued);
      assert.equal((await person.visit(paths.ownSecondFactor)).path, paths.changePassword);
      const fresh = { 'New password': 'seven quiet otters nap', 'Confirm new password': 'seven quiet otters nap' };
      await person.submit('Change password', fresh);
      assert.equal(person.path, paths.ownSecondFactor);
    });

    it('cannot be waived by an administrator or by the operator', async () => {
      const admin = await signIn(other);
      (await admin.visit(userPath(owner.id))).sees(
        'The authenticator app couldn’t be moved to this region with the organization.',
      );
      await admin.send('POST', pathTo(paths.removeSecondFactor, { userId: owner.id }));
      const { database, tenants } = to.portal;
      const found = (await tenantsStore.findForOperator(database, tenant.id))!;
      const remove = createSecondFactorRemover({
        database,
        throttle: { codes: { forget: () => Promise.resolve() } } as never,
        clock: Date.now,
      });
      assert.equal((await remove(tenants.operatorScope(found), owner.id)).outcome, 'unchanged');
      assert.equal((await signIn(owner)).path, paths.ownSecondFactor);
    });

    it('are set up once, after which the rules of the region apply', async () => {
      const person = await signIn(owner);
      const seed = seedOn(person);
      await person.submit('Finish setup', { Code: totpCode(to.portal, seed) });
      const codes = recoveryCodesOn(person);
      assert.equal(codes.length, 10);
      assert.equal((await person.visit(paths.dashboard)).path, paths.dashboard);
      assert.equal((await signIn(owner)).path, paths.signInCode);
      await person.visit(paths.removeOwnSecondFactor);
      await person.submit('Remove authenticator app', confirmationFields(codes[0] ?? ''));
      assert.equal((await signIn(owner)).path, paths.dashboard);
    });

    it('must still be set up after another move', async () => {
      const { taken: back } = await moveTenant(to, from, tenant.id, 'reset');
      assert.equal(back.header.secondFactors, 2, 'one user of three has set one up and removed it');
      const rows = await from.portal.database.knex('users').where({ tenant_id: tenant.id, second_factor_due: 1 });
      assert.equal(rows.length, 2);
    });
  });
}

/** Exports a bundle whose header states this number of second factors, or none if it is undefined. */
async function recounted(from: MovingRegion, to: MovingRegion, tenantId: string, secondFactors: number | undefined) {
  const file = await exportBundle(from, to, tenantId);
  const { header, rows } = await readBundle(readEncrypted(file, to.identity));
  const all: BundleRow[] = await Array.fromAsync(rows());
  const { form: _, secondFactors: _counted, ...rest } = header;
  const stream = async function* () {
    await Promise.resolve();
    yield* all;
  };
  const changed = { ...rest, ...(secondFactors === undefined ? {} : { secondFactors }) };
  const bundle = bundleFile(to);
  const lines = bundleLines(changed, stream(), from.parts.signingKey, () => undefined);
  await writeEncrypted(await encrypterFor(to.recipient), lines, bundle);
  return bundle;
}

describe('the number of second factors in a bundle', async () => {
  const from = await aMovingRegion('worldwide');
  const to = await aMovingRegion('germany');

  it('may be missing, as in bundles written by earlier versions', async () => {
    const tenant = await aTenant(from.portal);
    await aUser(from.portal, tenant, { administratorLevel: 'global' });
    const { header } = await moveIn(to.parts, await recounted(from, to, tenant.id, undefined), to.identity);
    assert.equal(header.secondFactors, undefined);
  });

  it('must match the users in the bundle', async () => {
    const tenant = await aTenant(from.portal);
    await aSecondFactorUser(from.portal, await aUser(from.portal, tenant, { administratorLevel: 'global' }));
    const bundle = await recounted(from, to, tenant.id, 0);
    await assert.rejects(
      moveIn(to.parts, bundle, to.identity),
      (error) => error instanceof MoveFault && error.kind === 'content',
    );
  });
});
