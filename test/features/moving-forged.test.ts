import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { generateSigningKey, signerOf } from '../../src/platform/keys/region-key.ts';
import type { BundleHeader, BundleRow } from '../../src/core/moving/bundle.ts';
import { MoveFault } from '../../src/core/moving/move-fault.ts';
import { encrypterFor } from '../../src/core/moving/encrypted-file.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { cancelMove } from '../../src/core/moving/cancel-move.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { openForgery } from '../support/forged-bundle.ts';
import { exportBundle } from '../support/moving.ts';
import { aBundleInTransit } from '../support/moving-bundle.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

const { from, to, populated, file, assertRefused } = await aBundleInTransit();
const existingTenant = await aTenant(to.portal, { domain: 'resident.example' });
const neighbour = await aUser(to.portal, existingTenant, { username: 'ada@resident.example' });

const { header, columns, forged, where } = await openForgery({ from, to, file });
/** Replaces the ID of the first user in that user's row and credential. */
const asUser = (id: string) => (all: BundleRow[]) => {
  const idOf = (row: BundleRow, column: string) => row.cells[columns.get(row.table)?.indexOf(column) ?? -1];
  const first = idOf(
    all.find(({ table }) => table === 'users')!,
    'id',
  );
  return all.map((row) => {
    const column = row.table === 'users' ? 'id' : 'user_id';
    if (!['users', 'credentials'].includes(row.table) || idOf(row, column) !== first) return row;
    return { ...row, cells: row.cells.with(columns.get(row.table)!.indexOf(column), id) };
  });
};
const twice = (table: string) => (all: BundleRow[]) =>
  all.flatMap((row, index) => (index === all.findIndex((each) => each.table === table) ? [row, row] : [row]));
const without = (table: string) => (all: BundleRow[]) =>
  all.filter((_, index) => index !== all.findIndex((each) => each.table === table));
const withTenant = (overrides: Partial<BundleHeader['tenant']>) => ({ tenant: { ...header.tenant, ...overrides } });

describe('a bundle from a compromised region', () => {
  const otherKey = generateSigningKey();
  const table: [label: string, make: () => Promise<string>, kind: string][] = [
    ['for a third region', () => forged({ to: 'china' }), 'addressee'],
    [
      'from the receiving region itself',
      () => forged({ from: signerOf('germany', from.parts.signingKey) }),
      'sameRegion',
    ],
    ['of another schema', () => forged({ schema: '20990101000000_other' }), 'schema'],
    [
      'without a column',
      () => forged({ tables: header.tables.map((each) => ({ ...each, columns: each.columns.slice(1) })) }),
      'schema',
    ],
    ['signed by a key other than the named one', () => forged({}, undefined, otherKey), 'signature'],
    [
      'with a user name of another domain',
      () => forged({}, where('users', 'username', 'ceo@elsewhere.example')),
      'content',
    ],
    ['with a malformed user name', () => forged({}, where('users', 'username', 'a b@x')), 'content'],
    ['with a user of another tenant', () => forged({}, where('users', 'tenant_id', existingTenant.id)), 'content'],
    [
      'with a domain of another tenant',
      () => forged({}, where('tenant_domains', 'tenant_id', existingTenant.id)),
      'content',
    ],
    [
      'with a domain that its header does not name',
      () => forged({}, where('tenant_domains', 'domain', 'more.example')),
      'content',
    ],
    ['with an unknown level', () => forged({}, where('users', 'administrator_level', 'root')), 'content'],
    ['with malformed own rules', () => forged({}, where('tenants', 'own_rules', '{')), 'content'],
    [
      'with a string instead of a number in its own rules',
      () => forged({}, where('tenants', 'own_rules', '{"passwordLength":"x"}')),
      'content',
    ],
    ['with an array as own rules', () => forged({}, where('tenants', 'own_rules', '[]')), 'content'],
    [
      'with an unknown choice in its own rules',
      () => forged({}, where('tenants', 'own_rules', '{"handOver":"x"}')),
      'content',
    ],
    ["of the operators' tenant", () => forged({}, where('tenants', 'kind', 'operators')), 'content'],
    ['of an unknown kind of tenant', () => forged({}, where('tenants', 'kind', 'owners')), 'content'],
    [
      'with a tenant name that differs from its header',
      () => forged({}, where('tenants', 'name', 'Resident')),
      'content',
    ],
    ['with an invalid listed flag', () => forged({}, where('tenants', 'listed', 7)), 'content'],
    ['with an invalid pseudonym key', () => forged({}, where('tenants', 'pseudonym_key', '<b>')), 'content'],
    ['with an invalid creation time', () => forged({}, where('tenants', 'created_at', 'yesterday')), 'content'],
    ['with an invalid time of a lost level', () => forged({}, where('users', 'global_admin_until', -1)), 'content'],
    ['with an invalid sign-in time', () => forged({}, where('users', 'last_sign_in_at', 1.5)), 'content'],
    [
      'with a hash that would need a gigabyte of memory at each sign-in',
      () => forged({}, where('credentials', 'secret', '$argon2id$v=19$m=1048576,t=2,p=1$AAAA$AAAA')),
      'content',
    ],
    [
      'with a password for a user of the receiving region',
      () => forged({}, where('credentials', 'user_id', neighbour.id)),
      'content',
    ],
    ['with two passwords for one user', () => forged({}, twice('credentials')), 'content'],
    ['with a user without a password', () => forged({}, without('credentials')), 'content'],
    ['with a credential of another kind', () => forged({}, where('credentials', 'kind', 'totp')), 'content'],
    ['with a password that has an invalid time', () => forged({}, where('credentials', 'created_at', -1)), 'content'],
    ['with a password hash although passwords are excluded', () => forged({ passwords: 'reset' }), 'content'],
    ['with two tenants', () => forged({}, (all) => [all[0]!, ...all]), 'content'],
    ['with rows in another order', () => forged({}, (all) => [...all.slice(1), all[0]!]), 'content'],
    ['with a modified activity log', () => forged({}, where('activity', 'kind', 'user.added')), 'chain'],
    ['with an activity log without its last entry', () => forged({}, (all) => all.slice(0, -1)), 'chain'],
    ['with a user ID that already exists', () => forged({}, asUser(neighbour.id)), 'userTaken'],
    [
      'with a domain that is already taken',
      () => forged(withTenant({ domains: ['resident.example'] }), onDomain),
      'domainTaken',
    ],
  ];
  const onDomain = (all: BundleRow[]): BundleRow[] =>
    all.map((row) => {
      const column = { tenant_domains: 'domain', users: 'username' }[row.table];
      const at = column === undefined ? -1 : columns.get(row.table)!.indexOf(column);
      const value = String(row.cells[at]).replace(populated.tenant.domain, 'resident.example');
      return at < 0 ? row : { ...row, cells: row.cells.with(at, value) };
    });
  for (const [label, make, kind] of table) {
    it(`is refused, and nothing is written: ${label}`, async () => assertRefused(await make(), kind));
  }

  it('is refused if the directory maps its domain to a third region', async () => {
    await directoryStore.upsert(to.portal.database, [{ domain: populated.tenant.domain, region: 'china' }]);
    await assertRefused(file, 'domainElsewhere');
    await directoryStore.upsert(to.portal.database, [{ domain: populated.tenant.domain, region: 'worldwide' }]);
  });

  it("is refused if the sender's key differs from the known one", async () => {
    await directoryStore.storeKey(to.portal.database, 'worldwide', signerOf('worldwide', otherKey).publicKey);
    await assertRefused(file, 'key');
    await to.portal.database.knex('directory_keys').delete();
  });

  it('cannot be encrypted for an invalid recipient', async () => {
    for (const recipient of ['', 'age1', 'nobody', await generateIdentity()])
      await assert.rejects(() => encrypterFor(recipient), MoveFault);
    await encrypterFor(await identityToRecipient(to.identity));
  });

  it('is accepted if it is unmodified, and only once', async () => {
    const taken = await moveIn(to.parts, file, to.identity);
    assert.equal(taken.header.tenant.id, populated.tenant.id);
    await assertRefused(file, 'replayed');
    // Cancel in the old region even though the tenant has arrived: a second bundle must not duplicate it.
    await cancelMove(from.parts, populated.tenant.id, { reason: 'test' });
    await assertRefused(await exportBundle(from, to, populated.tenant.id), 'tenantExists');
  });
});
