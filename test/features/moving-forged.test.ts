import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { makeKey, signerOf } from '../../src/platform/keys/region-key.ts';
import { bundleLines, readBundle, type BundleHeader, type BundleRow } from '../../src/core/moving/bundle.ts';
import { MoveFault } from '../../src/core/moving/faults.ts';
import { encrypterFor, readEncrypted, writeEncrypted } from '../../src/core/moving/file.ts';
import { moveIn } from '../../src/core/moving/move-in.ts';
import { cancelMove } from '../../src/core/moving/cancel.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { bundleFile, exportBundle } from '../support/moving.ts';
import { aBundleInTransit } from '../support/moving-bundle.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

const { from, to, scene, file, refused } = await aBundleInTransit();
const resident = await aTenant(to.portal, { domain: 'resident.example' });
const neighbour = await aUser(to.portal, resident, { username: 'ada@resident.example' });

/** The bundle in clear, as the other region opens it. */
async function opened(): Promise<{ header: BundleHeader; rows: BundleRow[] }> {
  const { header, rows } = await readBundle(readEncrypted(file, to.identity));
  return { header, rows: await Array.fromAsync(rows()) };
}
const { header, rows } = await opened();

/** What a region that was taken over could sign: any rows under any header. */
async function forged(
  wishes: Partial<BundleHeader>,
  change: (all: BundleRow[]) => BundleRow[] = (all) => all,
  key = from.parts.signingKey,
): Promise<string> {
  const { form: _, ...honest } = header;
  const lines = bundleLines({ ...honest, ...wishes }, asStream(change(rows)), key, () => undefined);
  const bundle = bundleFile(to);
  await writeEncrypted(await encrypterFor(to.recipient), lines, bundle);
  return bundle;
}
async function* asStream(all: BundleRow[]): AsyncGenerator<BundleRow> {
  await Promise.resolve();
  yield* all;
}
const columns = new Map(header.tables.map((table) => [table.name, table.columns]));
/** Rows with one value changed in the first row of a table. */
const where = (table: string, column: string, value: string | number | null) => (all: BundleRow[]) => {
  const first = all.findIndex((row) => row.table === table);
  const at = columns.get(table)?.indexOf(column) ?? -1;
  return all.map((row, index) => (index === first ? { table, cells: row.cells.with(at, value) } : row));
};
/** Rows in which the first user, and their password, is that of another id. */
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
const withTenant = (wishes: Partial<BundleHeader['tenant']>) => ({ tenant: { ...header.tenant, ...wishes } });

describe('a bundle of a region that was taken over', () => {
  const otherKey = makeKey();
  const table: [label: string, make: () => Promise<string>, kind: string][] = [
    ['for a third region', () => forged({ to: 'china' }), 'addressee'],
    ['from this region itself', () => forged({ from: signerOf('germany', from.parts.signingKey) }), 'sameRegion'],
    ['of another schema', () => forged({ schema: '20990101000000_other' }), 'schema'],
    [
      'without a column',
      () => forged({ tables: header.tables.map((each) => ({ ...each, columns: each.columns.slice(1) })) }),
      'schema',
    ],
    ['signed by a key that it does not name', () => forged({}, undefined, otherKey), 'signature'],
    [
      'whose user is of another domain',
      () => forged({}, where('users', 'username', 'ceo@elsewhere.example')),
      'content',
    ],
    ['whose user name is no user name', () => forged({}, where('users', 'username', 'a b@x')), 'content'],
    ['whose user is of another tenant', () => forged({}, where('users', 'tenant_id', resident.id)), 'content'],
    [
      'whose domain is of another tenant',
      () => forged({}, where('tenant_domains', 'tenant_id', resident.id)),
      'content',
    ],
    [
      'with a domain that it does not name',
      () => forged({}, where('tenant_domains', 'domain', 'more.example')),
      'content',
    ],
    ['with a level that there is not', () => forged({}, where('users', 'administrator_level', 'root')), 'content'],
    ['with rules that cannot be read', () => forged({}, where('tenants', 'own_rules', '{')), 'content'],
    [
      'with own rules that are texts instead of numbers',
      () => forged({}, where('tenants', 'own_rules', '{"passwordLength":"x"}')),
      'content',
    ],
    ['with own rules that are a list', () => forged({}, where('tenants', 'own_rules', '[]')), 'content'],
    ['with a choice that there is not', () => forged({}, where('tenants', 'own_rules', '{"handOver":"x"}')), 'content'],
    ['of operators', () => forged({}, where('tenants', 'kind', 'operators')), 'content'],
    ['of a kind that there is not', () => forged({}, where('tenants', 'kind', 'owners')), 'content'],
    ['of another name than it says', () => forged({}, where('tenants', 'name', 'Resident')), 'content'],
    ['neither listed nor unlisted', () => forged({}, where('tenants', 'listed', 7)), 'content'],
    ['with a pseudonym key that is none', () => forged({}, where('tenants', 'pseudonym_key', '<b>')), 'content'],
    ['made at no time', () => forged({}, where('tenants', 'created_at', 'yesterday')), 'content'],
    ['whose user lost a level at no time', () => forged({}, where('users', 'global_admin_until', -1)), 'content'],
    ['whose user signed in at no time', () => forged({}, where('users', 'last_sign_in_at', 1.5)), 'content'],
    [
      'with a hash that would cost a gigabyte at each sign-in',
      () => forged({}, where('credentials', 'secret', '$argon2id$v=19$m=1048576,t=2,p=1$AAAA$AAAA')),
      'content',
    ],
    [
      'with a password for a user who is here',
      () => forged({}, where('credentials', 'user_id', neighbour.id)),
      'content',
    ],
    ['with two passwords of one user', () => forged({}, twice('credentials')), 'content'],
    ['without the password of a user', () => forged({}, without('credentials')), 'content'],
    ['with a credential of another kind', () => forged({}, where('credentials', 'kind', 'totp')), 'content'],
    ['with a password that was set at no time', () => forged({}, where('credentials', 'created_at', -1)), 'content'],
    ['with a hash where passwords do not travel', () => forged({ passwords: 'reset' }), 'content'],
    ['with two tenants', () => forged({}, (all) => [all[0]!, ...all]), 'content'],
    ['in another order', () => forged({}, (all) => [...all.slice(1), all[0]!]), 'content'],
    ['with a log that was changed', () => forged({}, where('activity', 'kind', 'user.added')), 'chain'],
    ['with a log that lacks its last entry', () => forged({}, (all) => all.slice(0, -1)), 'chain'],
    ['with a user who is here', () => forged({}, asUser(neighbour.id)), 'userTaken'],
    [
      'with a domain that is taken',
      () => forged(withTenant({ domains: ['resident.example'] }), onDomain),
      'domainTaken',
    ],
  ];
  const onDomain = (all: BundleRow[]): BundleRow[] =>
    all
      .filter(({ table: name }) => name !== 'users' && name !== 'credentials')
      .map((row) =>
        row.table === 'tenant_domains'
          ? { ...row, cells: row.cells.with(columns.get('tenant_domains')!.indexOf('domain'), 'resident.example') }
          : row,
      );
  for (const [label, make, kind] of table) {
    it(`is refused, and nothing is written: ${label}`, async () => refused(await make(), kind));
  }

  it('is refused where the directory has its domain in a third region', async () => {
    await directoryStore.put(to.portal.database, [{ domain: scene.tenant.domain, region: 'china' }]);
    await refused(file, 'domainElsewhere');
    await directoryStore.put(to.portal.database, [{ domain: scene.tenant.domain, region: 'worldwide' }]);
  });

  it('is refused under another key than the one that is known', async () => {
    await directoryStore.keepKey(to.portal.database, 'worldwide', signerOf('worldwide', otherKey).publicKey);
    await refused(file, 'key');
    await to.portal.database.knex('directory_keys').delete();
  });

  it('is refused for a recipient that is none', async () => {
    for (const recipient of ['', 'age1', 'nobody', await generateIdentity()])
      await assert.rejects(() => encrypterFor(recipient), MoveFault);
    await encrypterFor(await identityToRecipient(to.identity));
  });

  it('was honest all the while: as it is, it is taken in, and only once', async () => {
    const taken = await moveIn(to.parts, file, to.identity);
    assert.equal(taken.header.tenant.id, scene.tenant.id);
    await refused(file, 'replayed');
    // Called off at the first region although it had arrived: a second bundle does not make it two.
    await cancelMove(from.parts, scene.tenant.id, 'test');
    await refused(await exportBundle(from, to, scene.tenant.id), 'tenantExists');
  });
});
