import assert from 'node:assert/strict';
import { resetPasswordPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

export const english = { 'Accept-Language': 'en' };
export const chosenPassword = 'seven quiet otters nap';
export const linkPattern = /http:\/\/localhost:3000(\/link\/[A-HJ-NP-Z2-9]{4}(?:-[A-HJ-NP-Z2-9]{4}){6})(?![-\w])/;

/** Creates a tenant whose own rules set the handover, and signs in its Global admin. */
export async function aTenantWithHandover(
  portal: Portal,
  handOver: 'link' | 'mailedLink',
  own: Readonly<Record<string, number>> = {},
): Promise<{ tenant: TestTenant; camille: TestUser; admin: Person }> {
  const tenant = await aTenant(portal, { language: 'en' });
  await tenantsStore.setOwnRules(portal.database, tenant.scope, { handOver, ...own });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  return { tenant, camille, admin: await aPerson(portal, english).signIn(camille) };
}

/** Resets a user's password as an administrator. @returns the path of the one-time link that the page shows */
export async function resetByLink(admin: Person, user: TestUser): Promise<string> {
  await admin.visit(resetPasswordPath(user.id));
  await admin.submit('Reset password');
  assert.equal(admin.status, 200, admin.text);
  const [, path = ''] = linkPattern.exec(admin.$('output#hand-over-link').text()) ?? [];
  assert.notEqual(path, '', admin.text);
  return path;
}

/** Opens a one-time link and presses the button on its page. */
export async function openLink(portal: Pick<Portal, 'app'>, path: string): Promise<Person> {
  const person = await aPerson(portal, english).visit(path);
  assert.equal(person.status, 200, person.text);
  return person.submit('Use this link');
}

/** Chooses a password on the page to which a one-time link leads. */
export const choosePassword = (person: Person): Promise<Person> =>
  person.submit('Change password', { 'New password': chosenPassword, 'Confirm new password': chosenPassword });

export const eventsOf = async (portal: Portal, { id }: TestUser): Promise<string[]> => {
  const rows = (await portal.database.knex('activity').where({ target_id: id }).orderBy('id')) as { kind: string }[];
  return rows.map(({ kind }) => kind);
};
