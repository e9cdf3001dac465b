import { randomUUID } from 'node:crypto';
import type { FieldFault } from '../../domain/errors.ts';
import { mayGive, type Refused } from '../../domain/policy.ts';
import { offersLanguage } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { domainOf, isUsername, type User } from '../../domain/user.ts';
import type { Stores } from '../../stores.ts';
import type { Hasher } from '../passwords/hasher.ts';
import { issueTemporaryPassword } from '../passwords/temporary-passwords.ts';
import { languageNotOffered, type NewUserForm } from './users.forms.ts';

export type AddResult =
  | { readonly outcome: 'added'; readonly user: User; readonly temporaryPassword: string; readonly expiresAt: number }
  | { readonly outcome: 'refused'; readonly verdict: Refused }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] };

/** Adds a user with a temporary password, shown once in the answer to the form that asked for it. */
export function createUserAdder(parts: { stores: Stores; hasher: Hasher; clock: () => number }) {
  const { stores, hasher, clock } = parts;

  async function usernameFault(within: Stores, scope: Scope, username: string): Promise<FieldFault | null> {
    if (!isUsername(username)) return { field: 'username', key: 'tenants:error.username' };
    const tenant = await within.tenants.findOwn(scope);
    if (!tenant?.domains.includes(domainOf(username)))
      return { field: 'username', key: 'tenants:error.usernameDomain' };
    // A domain belongs to one tenant: a name that is taken is taken within it, and says nothing of another one.
    const taken = await within.credentials.findForSignInAcrossTenants(username);
    return taken === null ? null : { field: 'username', key: 'tenants:error.usernameTaken' };
  }

  return async (scope: Scope, form: NewUserForm): Promise<AddResult> => {
    const verdict = mayGive(scope, null, form);
    if (!verdict.allowed) return { outcome: 'refused', verdict };
    if (!offersLanguage(scope.rules, form.language)) return { outcome: 'invalid', faults: [languageNotOffered] };
    const early = await usernameFault(stores, scope, form.username);
    if (early !== null) return { outcome: 'invalid', faults: [early] };
    const issued = await issueTemporaryPassword(hasher, scope.rules, scope.actor?.displayName ?? null, clock());
    const { clearText, stored } = issued;
    return stores.transaction(async (within): Promise<AddResult> => {
      await within.tenants.lock(scope);
      const fault = await usernameFault(within, scope, form.username);
      if (fault !== null) return { outcome: 'invalid', faults: [fault] };
      const id = randomUUID();
      await within.users.insert(scope, {
        ...form,
        ...{
          id,
          state: 'active',
          password: 'temporary',
          passwordHash: stored.hash,
          lastSignInAt: null,
          createdAt: stored.at,
        },
        temporaryUntil: stored.until,
        passwordSetBy: stored.by,
        passwordSetAt: stored.at,
      });
      await within.activity.record(scope, { kind: 'user.added' }, id, stored.at);
      const user = await within.users.find(scope, id);
      if (user === null) throw new Error('The user who was just added is not there');
      return { outcome: 'added', user, temporaryPassword: clearText, expiresAt: stored.until };
    });
  };
}

export type AddUser = ReturnType<typeof createUserAdder>;
