import type { TenantRules } from '../../src/domain/tenant-rules.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from './builders.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';
import { randomUUID } from 'node:crypto';
import { createScope } from '../../src/domain/scope.ts';
import * as approvalsStore from '../../src/core/approvals/approvals.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { person } from '../../src/domain/principal.ts';
import { userRowOf } from './credentials.ts';

export const approvalsPage = '/account-settings/approvals';
export const usersPage = '/account-settings/user-management';
export const hourMs = 3_600_000;

/** Tenant rules in which every action that can require approval does require it. */
export const everyApprovalRule: TenantRules = {
  resetGlobalAdmin: 'two',
  giveGlobalAdmin: 'two',
  export: 'two',
  deleteMany: 'two',
  deleteMoreThan: 2,
};

/**
 * A tenant whose own rules require approval, with three Global admins, a User management admin and a user without a
 * level.
 */
export interface ApprovalTenant {
  readonly tenant: TestTenant;
  readonly requester: TestUser;
  readonly other: TestUser;
  readonly third: TestUser;
  readonly manager: TestUser;
  readonly plain: TestUser;
  /** Signs a user in with English as the language. */
  readonly as: (user: TestUser) => Promise<Person>;
}

export async function aTenantWithApprovals(
  portal: Portal,
  own: TenantRules = everyApprovalRule,
): Promise<ApprovalTenant> {
  const tenant = await aTenant(portal, { language: 'en' });
  await tenantsStore.setOwnRules(portal.database, tenant.scope, own);
  const add = (displayName: string, administratorLevel: TestUser['administratorLevel']): Promise<TestUser> =>
    aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
  return {
    tenant,
    requester: await add('Camille Laurent', 'global'),
    other: await add('Noah Klein', 'global'),
    third: await add('Inès Haddad', 'global'),
    manager: await add('Ada Müller', 'userManagement'),
    plain: await add('Zoé Besson', 'none'),
    as: (user) => aPerson(portal, { 'Accept-Language': 'en' }).signIn(user),
  };
}

/** Submits the page that asks for the reason of a request. @returns the path of the request */
export async function requestApproval(person: Person, reason = 'They lost their phone'): Promise<string> {
  await person.submit('Send request', { Reason: reason });
  person.sees('Your request was sent to the administrators who can approve it.');
  return person.path;
}

/** @returns the kinds of the entries in a tenant's activity log, oldest first, without sign-ins */
export const activityKindsOf = async ({ database }: Portal, { id }: TestTenant): Promise<string[]> => {
  const rows = await database
    .knex<{ kind: string; tenant_id: string; place: number }>('activity')
    .select('kind')
    .where({ tenant_id: id })
    .whereNotIn('kind', ['signIn.succeeded', 'signIn.failed'])
    .orderBy('place');
  return rows.map(({ kind }) => kind);
};

export const requestStatesOf = async ({ database }: Portal, { id }: TestTenant): Promise<string[]> => {
  const rows = await database
    .knex<{ state: string; tenant_id: string; created_at: number }>('approvals')
    .where({ tenant_id: id })
    .orderBy('created_at');
  return rows.map(({ state }) => state);
};

/** Creates a pending request by `requester` to reset the password of `third`. @returns the path of the request */
export async function aPendingRequest({ as, requester, third }: ApprovalTenant, reason?: string): Promise<string> {
  const person = await as(requester);
  await person.visit(`${usersPage}/${third.id}/reset-password`);
  return requestApproval(person, reason);
}

/** Creates the request of `aPendingRequest` and has `other` approve it. @returns the path of the request */
export async function anApprovedRequest(fixture: ApprovalTenant): Promise<string> {
  const address = await aPendingRequest(fixture);
  const noah = await fixture.as(fixture.other);
  const { status } = await noah.visit(address).then(() => noah.send('post', address, { move: 'confirmed' }));
  if (status !== 303) throw new Error(`The request was not confirmed: ${status}`);
  return address;
}

/**
 * Inserts a request by `user` to export the activity log, even if the rules do not require approval.
 * @returns the ID of the request
 */
export async function aStoredRequest(
  { database, clock }: Pick<Portal, 'database' | 'clock'>,
  tenant: Pick<TestTenant, 'scope'>,
  user: TestUser,
): Promise<string> {
  const part = { user: null, kind: null, from: null, to: null };
  const [id, at] = [randomUUID(), clock.now];
  await approvalsStore.insert(database, createScope({ ...tenant.scope, principal: person(user) }), {
    ...{ id, act: 'exportLog', reason: 'Kanarienvogel', requesterEpoch: user.epoch },
    subject: { users: [], log: { format: 'csv', part } },
    ...{ createdAt: at, expiresAt: at + 24 * hourMs },
  });
  return id;
}

/** @returns the user's row, including the password hash */
export const storedUser = ({ database }: Portal, { id }: { id: string }): Promise<Record<string, unknown>> =>
  userRowOf(database, id);
