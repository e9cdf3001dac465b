import { Failure } from '../../domain/errors.ts';
import type { Language, RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { canonicalUsername, domainOf, type User } from '../../domain/people/user.ts';
import type { AddedUser, Tenants } from '../accounts/tenants/tenants.ts';
import type { UserChangesFeature } from '../accounts/users/changes.ts';
import type { Support } from './support.ts';
import * as credentialsStore from '../accounts/stores/credentials.store.ts';
import * as tenantsStore from '../accounts/stores/tenants.store.ts';
import * as usersStore from '../accounts/stores/users.store.ts';
import type { Database } from '../../platform/database/database.ts';

/** What may become of an operator. */
export const operatorSteps = ['block', 'unblock', 'delete'] as const;
export type OperatorStep = (typeof operatorSteps)[number];

/**
 * The people of the company that hosts the portal. They are a tenant of their own, so that they sign in as everybody
 * does; nobody in it holds a level, and its people are looked after by commands alone.
 */
export function createOperators(parts: {
  database: Database;
  tenants: Tenants;
  changes: Pick<UserChangesFeature, 'block' | 'unblock' | 'remove'>;
  support: Pick<Support, 'withdraw'>;
  rules: RegionRules;
}) {
  const { database, tenants, changes, support, rules } = parts;
  const none = { administratorLevel: 'none', agentLevel: 'none' } as const;

  async function find(usernameOrId: string): Promise<{ user: User; scope: Scope }> {
    const home = await tenantsStore.findOfOperators(database);
    const scope = home && tenants.operatorScope(home);
    const byName = await credentialsStore.findForSignInAcrossTenants(database, canonicalUsername(usernameOrId));
    const user = scope && (await usersStore.find(database, scope, byName?.user.id ?? usernameOrId));
    if (scope === null || user === null) throw new Failure('notFound', { because: 'tenants:error.unknownOperator' });
    return { user, scope };
  }

  return {
    /** Adds an operator with a temporary password; the first one's mail domain becomes that of them all. @throws Failure */
    add: async (person: { username: string; name: string; language: Language | null }): Promise<AddedUser> => {
      const home = await tenantsStore.findOfOperators(database);
      if (home !== null) return tenants.addUser(home.id, { ...person, ...none });
      const domain = domainOf(canonicalUsername(person.username));
      const details = { name: domain, domains: [domain], language: rules.defaultLanguage, kind: 'operators' } as const;
      return tenants.add(details, { ...person, ...none });
    },

    /** @returns an operator by user name or id, with the scope in which they are looked after. @throws Failure notFound */
    find,

    /** Every operator by name. */
    async *list(): AsyncGenerator<User> {
      const home = await tenantsStore.findOfOperators(database);
      if (home !== null) yield* usersStore.everyUser(database, home.id);
    },

    /** Blocks, lets in again or deletes an operator. Whoever is kept out also loses every access that was granted to them. */
    take: async (step: OperatorStep, usernameOrId: string): Promise<User> => {
      const { user, scope } = await find(usernameOrId);
      await { block: changes.block, unblock: changes.unblock, delete: changes.remove }[step](scope, user.id);
      if (step !== 'unblock') await support.withdraw(user.id);
      return user;
    },
  };
}
