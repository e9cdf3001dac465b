import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { uploadForCheck, csvOf, shownRows } from './imports.ts';
import { aPerson } from './person.ts';
import type { Portal } from './portal.ts';

const english = { 'Accept-Language': 'en' };
export const header = [
  'user name',
  'first name',
  'last name',
  'display name',
  'administrator level',
  'agent level',
  'language',
];

type Expected = readonly [label: string, row: readonly string[], result: string, details: RegExp];

interface ImportTenant {
  readonly portal: Portal;
  readonly tenant: TestTenant;
  readonly global: TestUser;
  readonly manager: TestUser;
}

/** Creates a tenant with one user of every kind, each named after its kind. */
export async function anImportTenant(portal: Portal): Promise<ImportTenant> {
  const tenant = await aTenant(portal, { language: 'en' });
  const add = (name: string, overrides: Partial<TestUser>): Promise<TestUser> =>
    aUser(portal, tenant, { username: `${name}@${tenant.domain}`, displayName: `Mx ${name}`, ...overrides });
  await add('plain', {});
  await add('other', { administratorLevel: 'global' });
  await add('billing', { administratorLevel: 'billing', agentLevel: 'sales', language: 'de' });
  await add('deleted', { state: 'deleted', deletedAt: portal.clock.now });
  await add('gone', { state: 'deleted', deletedAt: portal.clock.now - 31 * 86_400_000 });
  return {
    portal,
    tenant,
    global: await add('global', { administratorLevel: 'global' }),
    manager: await add('manager', { administratorLevel: 'userManagement' }),
  };
}

const storedUsers = async ({ database }: Portal): Promise<unknown> =>
  database
    .knex('users')
    .select('id', 'username', 'display_name', 'administrator_level', 'language', 'epoch')
    .orderBy('id');

/**
 * Declares a test for each row, which imports only that row. Each test also checks that checking a file changes no
 * user.
 */
export function testImportRows(from: ImportTenant, who: 'global' | 'manager', table: readonly Expected[]): void {
  for (const [label, row, result, details] of table) {
    it(label, async () => {
      await from.portal.database.knex('throttles').delete();
      const before = await storedUsers(from.portal);
      const admin = await uploadForCheck(
        await aPerson(from.portal, english).signIn(from[who]),
        csvOf(
          header,
          row.map((cell, index) => (index === 0 ? cell.replace('@', `@${from.tenant.domain}`) : cell)),
        ),
      );
      assert.equal(admin.status, 200, admin.text);
      const [shown] = shownRows(admin);
      assert.equal(shown?.result, result);
      assert.match(shown.details, details);
      assert.equal(shown.line, '2');
      assert.deepEqual(await storedUsers(from.portal), before, 'checking a file changes no user');
    });
  }
}
