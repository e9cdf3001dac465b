import { randomUUID } from 'node:crypto';
import type { ActivityEvent } from '../../../domain/activity/event.ts';
import { Failure } from '../../../domain/errors.ts';
import { offersLanguage, type Language, type RegionRules } from '../../../domain/regions.ts';
import type { AdministratorLevel, AgentLevel } from '../../../domain/roles.ts';
import { tightened, type OwnRules } from '../../../domain/tenant-rules.ts';
import { createScope, type Scope } from '../../../domain/scope.ts';
import type { Stores } from '../../../stores.ts';
import type { StoredPassword } from '../stores/credentials.store.ts';
import type { Hasher } from '../passwords/hasher.ts';
import { issueTemporaryPassword } from '../passwords/temporary-passwords.ts';
import { checkedName, checkedTenant, checkedUsername, refuseMoving, type NewTenant, type RegionOf } from './check.ts';
import type { NewTenantRow, Tenant } from '../stores/tenants.store.ts';

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
  stores: Stores;
  hasher: Hasher;
  rules: RegionRules;
  regionOf: RegionOf;
  clock: () => number;
}) {
  const { stores, hasher, rules, regionOf, clock } = parts;

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

  async function write(within: Stores, scope: Scope, person: NewPerson, password: StoredPassword): Promise<string> {
    const id = randomUUID();
    const displayName = checkedName(person.name);
    const [firstName = '', ...rest] = displayName.split(' ');
    await within.users.insert(scope, {
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
    await within.activity.record(scope, { kind: 'user.added' }, id, password.at);
    return id;
  }

  async function writeTenant(
    within: Stores,
    tenant: NewTenantRow,
    admin: NewPerson,
    password: StoredPassword,
  ): Promise<string> {
    const scope = operatorScope(tenant);
    await within.tenants.insert(tenant);
    await within.activity.record(scope, { kind: 'tenant.added' }, null, tenant.createdAt);
    if (tenant.kind !== 'operators') await within.setup.close();
    return write(within, scope, admin, password);
  }

  async function known(tenantId: string): Promise<Tenant> {
    const tenant = await stores.tenants.findForOperator(tenantId);
    if (tenant === null) throw new Failure('notFound', { because: 'tenants:error.unknown' });
    return tenant;
  }

  /** @param write what is done under the tenant's lock; it gives what the log says of it */
  async function change(
    tenantId: string,
    changed: Partial<Tenant>,
    write: (within: Stores, scope: Scope) => Promise<ActivityEvent>,
  ): Promise<Tenant> {
    const tenant = await known(tenantId);
    const scope = operatorScope(tenant);
    await stores.transaction(async (within) => {
      await within.tenants.lock(scope);
      refuseMoving(await within.tenants.findForOperator(tenantId));
      await within.activity.record(scope, await write(within, scope), null, clock());
    });
    return { ...tenant, ...changed };
  }

  return {
    operatorScope,

    /** Adds a tenant and its first Global admin, who gets a temporary password. @throws Failure badRequest or conflict */
    add: async (details: NewTenant, admin: NewPerson): Promise<AddedUser & { tenantId: string }> => {
      const tenant = await checkedTenant({ stores, regionOf }, details, rules, clock());
      const username = checkedUsername(admin.username, tenant.domains);
      const { clearText, stored } = await issueTemporaryPassword(hasher, rules, null, clock());
      const userId = await stores.transaction((within) => writeTenant(within, tenant, { ...admin, username }, stored));
      return { tenantId: tenant.id, userId, username, temporaryPassword: clearText };
    },

    /** Adds the first tenant by the set-up link, its Global admin having chosen a password. @returns whether the link still held */
    addFirst: async (
      tokenDigest: string,
      details: NewTenant,
      admin: NewPerson,
      passwordHash: string,
    ): Promise<boolean> => {
      const tenant = await checkedTenant({ stores, regionOf }, details, rules, clock());
      const username = checkedUsername(admin.username, tenant.domains);
      return stores.transaction(async (within) => {
        if (!(await within.setup.consume(tokenDigest)) || !(await within.tenants.isEmpty())) return false;
        await writeTenant(within, tenant, { ...admin, username }, { kind: 'own', hash: passwordHash, at: clock() });
        return true;
      });
    },

    /** Suspends a tenant, which ends all its sessions, or lets it in again. @throws Failure notFound, or conflict while it moves */
    setState: (tenantId: string, state: 'active' | 'suspended'): Promise<Tenant> =>
      change(tenantId, { state }, async (within, scope) => {
        await within.tenants.setState(tenantId, state);
        if (state === 'suspended') await within.sessions.endAllOfTenant(scope);
        return { kind: state === 'suspended' ? 'tenant.suspended' : 'tenant.resumed' };
      }),

    /** Says whether other regions may learn of a tenant's domains. @throws Failure notFound, or conflict while it moves */
    setListed: (tenantId: string, listed: boolean): Promise<Tenant> =>
      change(tenantId, { listed }, async (within, scope) => {
        await within.tenants.setListed(scope, listed);
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
      if (await stores.credentials.findForSignInAcrossTenants(username))
        throw new Failure('conflict', { because: 'tenants:error.usernameTaken' });
      const scope = operatorScope(tenant);
      const { clearText, stored } = await issueTemporaryPassword(hasher, scope.rules, null, clock());
      const userId = await stores.transaction((within) => write(within, scope, { ...person, username }, stored));
      return { userId, username, temporaryPassword: clearText };
    },
  };
}
