import { randomUUID } from 'node:crypto';
import type { ActivityEvent } from '../../../domain/activity/event.ts';
import { Failure } from '../../../domain/errors.ts';
import { offersLanguage, type Language, type RegionRules } from '../../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../../domain/roles.ts';
import { tightened, type OwnRules } from '../../../domain/tenant-rules.ts';
import { createScope, type Scope } from '../../../domain/scope.ts';
import type { StoredPassword } from '../stores/credentials.store.ts';
import type { Hasher } from '../passwords/hasher.ts';
import { issueTemporaryPassword } from '../passwords/temporary-passwords.ts';
import { checkedName, checkedTenant, checkedUsername, refuseMoving, type NewTenant, type RegionOf } from './check.ts';
import type { NewTenantRow, Tenant } from '../stores/tenants.store.ts';
import * as activityStore from '../../activity/activity.store.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as setUpStore from '../stores/set-up.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import * as usersStore from '../stores/users.store.ts';
import type { Database } from '../../../platform/database/database.ts';

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

type OperatedTenant = Pick<Tenant, 'id' | 'name' | 'language'> & { readonly ownRules?: OwnRules };

export type Tenants = ReturnType<typeof createTenants>;

/** Tenants are the operator's: they come by a command or by the one-time set-up page, never by another tenant. */
export function createTenants(parts: {
  database: Database;
  hasher: Hasher;
  rules: RegionRules;
  regionOf: RegionOf;
  clock: () => number;
}) {
  const { database, hasher, rules, regionOf, clock } = parts;

  function operatorScope(tenant: OperatedTenant): Scope {
    return createScope({
      rules: tightened(rules, tenant.ownRules ?? {}),
      language: tenant.language,
      requestId: randomUUID(),
      now: clock(),
      address: null,
      tenant,
      actor: null,
    });
  }

  async function write(tx: Database, scope: Scope, person: NewPerson, password: StoredPassword): Promise<string> {
    const id = randomUUID();
    const displayName = checkedName(person.name);
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

  async function writeTenant(
    tx: Database,
    tenant: NewTenantRow,
    admin: NewPerson,
    password: StoredPassword,
  ): Promise<string> {
    const scope = operatorScope(tenant);
    await tenantsStore.insert(tx, tenant);
    await activityStore.record(tx, scope, { kind: 'tenant.added' }, null, tenant.createdAt);
    if (tenant.kind !== 'operators') await setUpStore.close(tx);
    return write(tx, scope, admin, password);
  }

  async function known(tenantId: string): Promise<Tenant> {
    const tenant = await tenantsStore.findForOperator(database, tenantId);
    if (tenant === null) throw new Failure('notFound', { because: 'tenants:error.unknown' });
    return tenant;
  }

  /** @param write what is done under the tenant's lock; it gives what the log says of it */
  async function change(
    tenantId: string,
    changed: Partial<Tenant>,
    write: (tx: Database, scope: Scope) => Promise<ActivityEvent>,
  ): Promise<Tenant> {
    const tenant = await known(tenantId);
    const scope = operatorScope(tenant);
    await database.transaction(async (tx) => {
      await tenantsStore.lock(tx, scope);
      refuseMoving(await tenantsStore.findForOperator(tx, tenantId));
      await activityStore.record(tx, scope, await write(tx, scope), null, clock());
    });
    return { ...tenant, ...changed };
  }

  return {
    operatorScope,

    /** Adds a tenant and its first Global admin, who gets a temporary password. @throws Failure badRequest or conflict */
    add: async (details: NewTenant, admin: NewPerson): Promise<AddedUser & { tenantId: string }> => {
      const tenant = await checkedTenant({ database, regionOf }, details, rules, clock());
      const username = checkedUsername(admin.username, tenant.domains);
      const { clearText, stored } = await issueTemporaryPassword(hasher, rules, null, clock());
      const userId = await database.transaction((tx) => writeTenant(tx, tenant, { ...admin, username }, stored));
      return { tenantId: tenant.id, userId, username, temporaryPassword: clearText };
    },

    /** Adds the first tenant by the set-up link, its Global admin having chosen a password. @returns whether the link still held */
    addFirst: async (
      tokenDigest: string,
      details: NewTenant,
      admin: NewPerson,
      passwordHash: string,
    ): Promise<boolean> => {
      const tenant = await checkedTenant({ database, regionOf }, details, rules, clock());
      const username = checkedUsername(admin.username, tenant.domains);
      return database.transaction(async (tx) => {
        if (!(await setUpStore.consume(tx, tokenDigest)) || !(await tenantsStore.isEmpty(tx))) return false;
        await writeTenant(tx, tenant, { ...admin, username }, { kind: 'own', hash: passwordHash, at: clock() });
        return true;
      });
    },

    /** Suspends a tenant, which ends all its sessions, or lets it in again. @throws Failure notFound, or conflict while it moves */
    setState: (tenantId: string, state: 'active' | 'suspended'): Promise<Tenant> =>
      change(tenantId, { state }, async (tx, scope) => {
        await tenantsStore.setState(tx, tenantId, state);
        if (state === 'suspended') await sessionsStore.endAllOfTenant(tx, scope);
        return { kind: state === 'suspended' ? 'tenant.suspended' : 'tenant.resumed' };
      }),

    /** Says whether other regions may learn of a tenant's domains. @throws Failure notFound, or conflict while it moves */
    setListed: (tenantId: string, listed: boolean): Promise<Tenant> =>
      change(tenantId, { listed }, async (tx, scope) => {
        await tenantsStore.setListed(tx, scope, listed);
        return { kind: 'tenant.listingChanged', listed };
      }),

    /** Adds a user with a temporary password, for the operator's command. @throws Failure */
    addUser: async (tenantId: string, person: NewPerson): Promise<AddedUser> => {
      const tenant = await known(tenantId);
      refuseMoving(tenant);
      if (tenant.kind === 'operators' && person.administratorLevel !== 'none')
        throw new Failure('badRequest', { because: 'tenants:error.operatorLevel' });
      const username = checkedUsername(person.username, tenant.domains);
      if (!offersLanguage(rules, person.language))
        throw new Failure('badRequest', { because: 'errors:reason.languageOfRegion' });
      if (await credentialsStore.findForSignInAcrossTenants(database, username))
        throw new Failure('conflict', { because: 'tenants:error.usernameTaken' });
      const scope = operatorScope(tenant);
      const { clearText, stored } = await issueTemporaryPassword(hasher, scope.rules, null, clock());
      const userId = await database.transaction((tx) => write(tx, scope, { ...person, username }, stored));
      return { userId, username, temporaryPassword: clearText };
    },
  };
}
