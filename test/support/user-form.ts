import { userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestUser } from './builders.ts';
import { aPerson } from './person.ts';
import { openPortal } from './portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };

/**
 * Creates two signed-in administrators of one tenant, and functions that prepare and read the users whose pages they
 * open.
 */
export async function twoAdministrators(databaseUrl?: string) {
  const portal = await openPortal(databaseUrl ? { databaseUrl } : {});
  const tenant = await aTenant(portal, { language: 'en' });
  const add = (displayName: string, overrides: Partial<TestUser> = {}) =>
    aUser(portal, tenant, { displayName, ...overrides });
  const [bea, camille] = [
    await add('Bea First', { administratorLevel: 'global' }),
    await add('Camille Second', { administratorLevel: 'global' }),
  ];
  const reader = await aPerson(portal, english).signIn(camille);
  return {
    ...{ portal, tenant, add, camille, reader },
    other: await aPerson(portal, english).signIn(bea),
    /** Adds a user and opens their page as the second administrator. */
    shown: async (overrides: Partial<TestUser> = {}): Promise<TestUser> => {
      const user = await add('Anne Martin', overrides);
      await reader.visit(userPath(user.id));
      return user;
    },
    stored: async ({ id }: { id: string }) => {
      const user = await usersStore.find(portal.database, tenant.scope, id);
      if (user === null) throw new Error('The user is gone');
      return user;
    },
    latest: async ({ id }: { id: string }) => (await activityStore.latestOfUser(portal.database, tenant.scope, id))[0],
    /** @returns the values of the fields on the page that the second administrator has open */
    inFields: (...names: readonly string[]) => names.map((name) => reader.$(`#${name}`).val()),
  };
}
