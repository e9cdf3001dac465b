import { randomUUID } from 'node:crypto';
import type { FieldFault } from '../../../domain/errors.ts';
import { mayAssignLevels } from '../../../domain/policy.ts';
import type { Scope } from '../../../domain/scope.ts';
import { heldUsernameCode } from '../../../domain/people/held-username.ts';
import { domainOf, isUsername, type User } from '../../../domain/people/user.ts';
import type { IssuedCredential, CredentialIssuer } from '../links/credential-issuer.ts';
import { lockTenantAndRecheck } from '../sessions/recheck-under-lock.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { userFaults } from '../../../domain/validation.ts';
import type { Denial } from '../../../domain/policy-decision.ts';

export type AddResult =
  | { readonly outcome: 'added'; readonly user: User; readonly credential: IssuedCredential }
  /** The rules require the link to be emailed, but the portal has no mail server. Nothing was changed. */
  | { readonly outcome: 'noMail' }
  | { readonly outcome: 'refused'; readonly decision: Denial }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] };

/** The form in which an administrator enters a new user. */
export type NewUserForm = Pick<
  User,
  'username' | 'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel'
>;

export interface UserAdderDependencies {
  readonly database: Database;
  readonly credentialIssuer: CredentialIssuer;
  readonly clock: () => number;
}

async function usernameFault(tx: Database, scope: Scope, username: string, now: number): Promise<FieldFault | null> {
  if (!isUsername(username)) return { field: 'username', code: 'username.malformed' };
  const tenant = await tenantsStore.findOwn(tx, scope);
  if (!tenant?.domains.includes(domainOf(username))) return { field: 'username', code: 'username.otherDomain' };
  // A domain belongs to a single tenant, so the error reveals nothing about other tenants.
  const found = await credentialsStore.findForSignInAcrossTenants(tx, username);
  if (found === null) return null;
  const holder = found.tenant.id === scope.tenant.id ? found.user : null;
  return { field: 'username', code: heldUsernameCode(scope.rules, holder, now) };
}

/**
 * Adds a user with the credential that the rules require.
 * @returns the outcome. If the user was added, it contains the credential in clear text (null if a link is emailed),
 * which cannot be retrieved later
 */
export async function addUser(deps: UserAdderDependencies, scope: Scope, form: NewUserForm): Promise<AddResult> {
  const { database, credentialIssuer, clock } = deps;
  const decision = mayAssignLevels(scope, null, form);
  if (!decision.allowed) return { outcome: 'refused', decision };
  const faults = userFaults(scope.rules, form);
  if (faults.length > 0) return { outcome: 'invalid', faults };
  const preliminaryFault = await usernameFault(database, scope, form.username, clock());
  if (preliminaryFault !== null) return { outcome: 'invalid', faults: [preliminaryFault] };
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail' };
  const issued = await credentialIssuer.issue(scope);
  const { credential, stored } = issued;
  return database.transaction(async (tx): Promise<AddResult> => {
    await lockTenantAndRecheck(tx, scope, clock);
    const fault = await usernameFault(tx, scope, form.username, clock());
    if (fault !== null) return { outcome: 'invalid', faults: [fault] };
    const id = randomUUID();
    await usersStore.insert(tx, scope, {
      ...form,
      id,
      state: 'active',
      password: 'temporary',
      passwordHash: stored.hash,
      lastSignInAt: null,
      createdAt: stored.at,
      temporaryUntil: stored.until,
      passwordSetBy: stored.by,
      passwordSetAt: stored.at,
    });
    await credentialIssuer.storeLinks(tx, scope, [[{ id, epoch: 0 }, issued]], 'added');
    await activityStore.record(tx, scope, { kind: 'user.added' }, id, stored.at);
    const user = await usersStore.find(tx, scope, id);
    if (user === null) throw new Error('The user who was just inserted was not found');
    return { outcome: 'added', user, credential };
  });
}

export const createUserAdder = (deps: UserAdderDependencies) => bind(deps, { addUser }).addUser;

export type AddUser = ReturnType<typeof createUserAdder>;
