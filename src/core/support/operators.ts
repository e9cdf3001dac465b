import { Failure } from '../../domain/errors.ts';
import type { Language, RegionRules } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { canonicalUsername, domainOf, type User } from '../../domain/people/user.ts';
import {
  type AddedUser,
  type Tenants,
  type UserActions,
  credentialsStore,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import type { Support } from './support.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

/** The actions that commands can perform on an operator. */
export const operatorSteps = ['block', 'unblock', 'delete'] as const;
export type OperatorStep = (typeof operatorSteps)[number];

export interface OperatorsDependencies {
  readonly database: Database;
  readonly tenants: Tenants;
  readonly changes: Pick<UserActions, 'block' | 'unblock' | 'remove'>;
  readonly support: Pick<Support, 'withdrawAllOfOperator'>;
  readonly rules: RegionRules;
}

const none = { administratorLevel: 'none', agentLevel: 'none' } as const;

/**
 * @returns an operator by user name or ID, and the scope in which to manage the operator.
 * @throws Failure notFound
 */
export async function find(deps: OperatorsDependencies, usernameOrId: string): Promise<{ user: User; scope: Scope }> {
  const { database, tenants } = deps;
  const home = await tenantsStore.findOperatorsTenant(database);
  const scope = home && tenants.operatorScope(home);
  const byName = await credentialsStore.findForSignInAcrossTenants(database, canonicalUsername(usernameOrId));
  const user = scope && (await usersStore.find(database, scope, byName?.user.id ?? usernameOrId));
  if (scope === null || user === null) throw new Failure('notFound', { code: 'operator.unknown' });
  return { user, scope };
}

/**
 * Adds an operator with a temporary password. All operators must have the email domain of the first one.
 * @throws Failure badRequest or conflict
 */
export async function add(
  deps: OperatorsDependencies,
  person: { username: string; name: string; language: Language | null },
): Promise<AddedUser> {
  const { database, tenants, rules } = deps;
  const home = await tenantsStore.findOperatorsTenant(database);
  if (home !== null) return tenants.addUser(home.id, { ...person, ...none });
  const domain = domainOf(canonicalUsername(person.username));
  const details = { name: domain, domains: [domain], language: rules.defaultLanguage, kind: 'operators' } as const;
  return tenants.add(details, { ...person, ...none });
}

/** Lists all operators by name. */
export async function* list(deps: OperatorsDependencies): AsyncGenerator<User> {
  const { database } = deps;
  const home = await tenantsStore.findOperatorsTenant(database);
  if (home !== null) yield* usersStore.listByName(database, home.id);
}

/** Blocks, unblocks or deletes an operator. Blocking or deleting also withdraws all support grants of the operator. */
export async function changeOperator(
  deps: OperatorsDependencies,
  step: OperatorStep,
  usernameOrId: string,
): Promise<User> {
  const { changes, support } = deps;
  const { user, scope } = await find(deps, usernameOrId);
  await { block: changes.block, unblock: changes.unblock, delete: changes.remove }[step](scope, user.id);
  if (step !== 'unblock') await support.withdrawAllOfOperator(user.id);
  return user;
}

/**
 * The staff of the organization that hosts the portal. They are users of a separate tenant, so they sign in like other
 * users. They have no levels, and only commands manage them.
 */
export const createOperators = (deps: OperatorsDependencies) => bind(deps, { add, find, list, changeOperator });
