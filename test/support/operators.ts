import { createOperators } from '../../src/core/support/operators.ts';
import { createSupport } from '../../src/core/support/support.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

export const english = { 'Accept-Language': 'en' };
export const supportPage = '/account-settings/support-access';
export const hourMs = 3_600_000;

/** The functions behind the operator's commands, which use the clock of the portal. */
export function operatorsOf(portal: Portal) {
  const { database, tenants } = portal;
  const { rules } = portal.config;
  const clock = (): number => portal.clock.now;
  const support = createSupport({ database, rules, scopeFor: tenants.scopeFor, clock });
  return createOperators({ database, tenants, changes: createUserActions({ database, clock }), support, rules });
}

/** Adds an operator who can sign in. The first one is added together with the operators' tenant. */
export async function anOperator(portal: Portal, overrides: Partial<TestUser> = {}): Promise<TestUser> {
  const home = (await tenantsStore.findOperatorsTenant(portal.database)) ?? (await operatorsTenant(portal));
  const scope = portal.tenants.operatorScope(home);
  const tenant: TestTenant = { id: home.id, name: home.name, domain: 'hosting.example', scope };
  return aUser(portal, tenant, { displayName: 'Ada Betrieb', language: 'en', ...overrides });
}

async function operatorsTenant(portal: Portal) {
  await operatorsOf(portal).add({ username: 'first@hosting.example', name: 'First Operator', language: null });
  const home = await tenantsStore.findOperatorsTenant(portal.database);
  if (home === null) throw new Error('There is no tenant of the operators');
  return home;
}

export interface SupportedTenant {
  readonly tenant: TestTenant;
  readonly camille: TestUser;
  readonly admin: Person;
}

/** Creates a tenant with a Global admin, who is signed in and can grant support access. */
export async function aSupportedTenant(portal: Portal, name = 'Ateliers Lumière'): Promise<SupportedTenant> {
  const tenant = await aTenant(portal, { name, language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  return { tenant, camille, admin: await aPerson(portal, english).signIn(camille) };
}

/** Grants support access through the form. @returns the ID of the grant */
export async function grantSupport(
  portal: Portal,
  { admin, tenant }: SupportedTenant,
  operator: TestUser,
  { level = 'manage', hours = '2', purpose = 'Imports fail since Monday' } = {},
): Promise<string> {
  await admin.send('POST', supportPage, { operator: operator.id, purpose, hours, level });
  const [grant] = await supportStore.listOpen(portal.database, tenant.scope, portal.clock.now);
  if (grant === undefined) throw new Error('No support access was granted');
  return grant.id;
}

export const enterPath = (grantId: string): string => `/support/${grantId}/enter`;

/** Signs an operator in and has them enter the tenant from the dashboard. */
export async function enterSupport(portal: Portal, operator: TestUser): Promise<Person> {
  const person = await aPerson(portal, english).signIn(operator);
  return person.submit('Open');
}
