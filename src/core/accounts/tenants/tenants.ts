import { randomUUID } from 'node:crypto';
import type { ActivityEvent } from '../../../domain/activity/event.ts';
import { Failure } from '../../../domain/errors.ts';
import { heldUsernameCode } from '../../../domain/people/held-username.ts';
import type { Language, RegionRules } from '../../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../../domain/roles.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { StoredPassword } from '../stores/credentials.store.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import { issueTemporaryPassword } from '../passwords/temporary-passwords.ts';
import {
  validateDisplayName,
  validateTenant,
  validateUserFields,
  validateUsername,
  rejectMoving,
  type NewTenant,
  type RegionOf,
} from './validation.ts';
import type { NewTenantRow, Tenant } from '../stores/tenants.store.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as setupTokenStore from '../stores/setup-token.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { operatorScope, scopeFor } from './tenant-scope.ts';

export interface NewPerson {
  readonly username: string;
  readonly name: string;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
  readonly language: Language | null;
}

export interface AddedUser {
  readonly userId: string;
  readonly username: string;
  readonly temporaryPassword: string;
}

export type Tenants = ReturnType<typeof createTenants>;

export interface TenantsDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly rules: RegionRules;
  readonly regionOf: RegionOf;
  readonly clock: () => number;
}

async function insertUser(tx: Database, scope: Scope, person: NewPerson, password: StoredPassword): Promise<string> {
  const id = randomUUID();
  const displayName = validateDisplayName(person.name);
  const [firstName = '', ...rest] = displayName.split(' ');
  await usersStore.insert(tx, scope, {
    id,
    username: person.username,
    firstName,
    lastName: rest.join(' '),
    displayName,
    administratorLevel: person.administratorLevel,
    agentLevel: person.agentLevel,
    language: person.language,
    state: 'active',
    password: password.kind,
    temporaryUntil: password.kind === 'temporary' ? password.until : null,
    passwordSetBy: password.kind === 'temporary' ? password.by : null,
    passwordSetAt: password.at,
    lastSignInAt: null,
    createdAt: password.at,
    passwordHash: password.hash,
  });
  await activityStore.record(tx, scope, { kind: 'user.added' }, id, password.at);
  return id;
}

async function insertTenant(
  deps: TenantsDependencies,
  tx: Database,
  tenant: NewTenantRow,
  admin: NewPerson,
  password: StoredPassword,
): Promise<string> {
  const scope = operatorScope(deps, tenant);
  await tenantsStore.insert(tx, tenant);
  await activityStore.record(tx, scope, { kind: 'tenant.added' }, null, tenant.createdAt);
  if (tenant.kind !== 'operators') await setupTokenStore.close(tx);
  return insertUser(tx, scope, admin, password);
}

async function getTenant(deps: TenantsDependencies, tenantId: string): Promise<Tenant> {
  const { database } = deps;
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  if (tenant === null) throw new Failure('notFound', { code: 'tenant.unknown' });
  return tenant;
}

/** @param write a function that makes the change under the tenant's lock and returns the event to record */
async function changeUnderLock(
  deps: TenantsDependencies,
  tenantId: string,
  changed: Partial<Tenant>,
  write: (tx: Database, scope: Scope) => Promise<ActivityEvent>,
): Promise<Tenant> {
  const { database, clock } = deps;
  const tenant = await getTenant(deps, tenantId);
  const scope = operatorScope(deps, tenant);
  await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    rejectMoving(await tenantsStore.findForOperator(tx, tenantId));
    await activityStore.record(tx, scope, await write(tx, scope), null, clock());
  });
  return { ...tenant, ...changed };
}

/** Adds a tenant and its first Global admin, with a temporary password. @throws Failure badRequest or conflict */
export async function add(
  deps: TenantsDependencies,
  details: NewTenant,
  admin: NewPerson,
): Promise<AddedUser & { tenantId: string }> {
  const { database, regionOf, rules, clock, hasher } = deps;
  const tenant = await validateTenant({ database, regionOf }, details, rules, clock());
  validateUserFields(rules, admin);
  const username = validateUsername(admin.username, tenant.domains);
  const { clearText, stored } = await issueTemporaryPassword(hasher, rules, null, clock());
  const userId = await database.transaction((tx) => insertTenant(deps, tx, tenant, { ...admin, username }, stored));
  return { tenantId: tenant.id, userId, username, temporaryPassword: clearText };
}

/**
 * Adds the first tenant and its Global admin, who has chosen a password, using the setup link.
 * @returns whether the link was valid
 */
export async function addFirst(
  deps: TenantsDependencies,
  tokenDigest: string,
  details: NewTenant,
  admin: NewPerson,
  passwordHash: string,
): Promise<boolean> {
  const { database, regionOf, rules, clock } = deps;
  const tenant = await validateTenant({ database, regionOf }, details, rules, clock());
  validateUserFields(rules, admin);
  const username = validateUsername(admin.username, tenant.domains);
  return database.transaction(async (tx) => {
    if (!(await setupTokenStore.consume(tx, tokenDigest)) || !(await tenantsStore.isEmpty(tx))) return false;
    await insertTenant(deps, tx, tenant, { ...admin, username }, { kind: 'own', hash: passwordHash, at: clock() });
    return true;
  });
}

/** @returns a tenant whose state can be changed. @throws Failure notFound, or conflict while it is moving */
export async function getChangeable(deps: TenantsDependencies, tenantId: string): Promise<Tenant> {
  const tenant = await getTenant(deps, tenantId);
  rejectMoving(tenant);
  return tenant;
}

/** Suspends a tenant and ends its sessions, or resumes it. @throws Failure notFound, or conflict while it is moving */
export function setState(deps: TenantsDependencies, tenantId: string, state: 'active' | 'suspended'): Promise<Tenant> {
  return changeUnderLock(deps, tenantId, { state }, async (tx, scope) => {
    await tenantsStore.setState(tx, tenantId, state);
    if (state === 'suspended') await sessionsStore.endAllOfTenant(tx, scope);
    return { kind: state === 'suspended' ? 'tenant.suspended' : 'tenant.resumed' };
  });
}

/** Sets whether a tenant's domains may be shared. @throws Failure notFound, or conflict while the tenant is moving */
export function setListed(deps: TenantsDependencies, tenantId: string, listed: boolean): Promise<Tenant> {
  return changeUnderLock(deps, tenantId, { listed }, async (tx, scope) => {
    await tenantsStore.setListed(tx, scope, listed);
    return { kind: 'tenant.listingChanged', listed };
  });
}

/** Adds a user with a temporary password, for an operator command. @throws Failure badRequest, conflict or notFound */
export async function addUser(deps: TenantsDependencies, tenantId: string, person: NewPerson): Promise<AddedUser> {
  const { rules, database, hasher, clock } = deps;
  const tenant = await getTenant(deps, tenantId);
  rejectMoving(tenant);
  if (tenant.kind === 'operators' && person.administratorLevel !== 'none')
    throw new Failure('badRequest', { code: 'operator.levelNotAllowed' });
  const username = validateUsername(person.username, tenant.domains);
  validateUserFields(rules, person);
  const scope = operatorScope(deps, tenant);
  const holder = await credentialsStore.findForSignInAcrossTenants(database, username);
  if (holder !== null) throw new Failure('conflict', { code: heldUsernameCode(scope.rules, holder.user, clock()) });
  const { clearText, stored } = await issueTemporaryPassword(hasher, scope.rules, null, clock());
  const userId = await database.transaction((tx) => insertUser(tx, scope, { ...person, username }, stored));
  return { userId, username, temporaryPassword: clearText };
}

/** Tenant administration, for the operator only: tenants are added by a command or on the one-time setup page. */
export const createTenants = (deps: TenantsDependencies) =>
  bind(deps, { scopeFor, operatorScope, add, addFirst, getChangeable, setState, setListed, addUser });
