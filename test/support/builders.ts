import { randomUUID } from 'node:crypto';
import { normalizePassword, temporaryPassword, temporaryPasswordBytes } from '../../src/domain/people/password.ts';
import type { Language } from '../../src/domain/regions.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { type User, canonicalUsername } from '../../src/domain/people/user.ts';
import type { Portal } from './portal.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

export interface TestTenant {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  /** The scope in which the operator acts on this tenant. */
  readonly scope: Scope;
}

export type TestUser = User & { readonly clearPassword: string };

/** A password that satisfies the rules and that occurs in no other text of the tests. */
export const goodPassword = 'ein Kranich zählt leise Kiesel';

/** Adds a tenant without users. */
export async function aTenant(
  portal: Portal,
  {
    name = 'Ateliers Lumière',
    domain = `${randomUUID().slice(0, 8)}.example`,
    language = 'fr',
  }: { name?: string; domain?: string; language?: Language } = {},
): Promise<TestTenant> {
  const id = randomUUID();
  await tenantsStore.insert(portal.database, {
    id,
    name,
    language,
    state: 'active',
    createdAt: portal.clock.now,
    domains: [domain],
  });
  return { id, name, domain, scope: portal.tenants.operatorScope({ id, name, language }) };
}

const unset = {
  epoch: 0,
  version: 1,
  updatedAt: 0,
  secondFactorAt: null,
  secondFactorDue: false,
  globalAdminUntil: null,
} as const;

/**
 * Adds a user who can sign in with `clearPassword`. With `password: 'temporary'`, they must then replace that password.
 */
export async function aUser(
  portal: Portal,
  tenant: TestTenant,
  overrides: Partial<User> & { clearPassword?: string; passwordSetBy?: string } = {},
): Promise<TestUser> {
  const temporary = overrides.password === 'temporary';
  const id = overrides.id ?? randomUUID();
  const clearPassword =
    overrides.clearPassword ??
    (temporary ? temporaryPassword(crypto.getRandomValues(new Uint8Array(temporaryPasswordBytes))) : goodPassword);
  const displayName = overrides.displayName ?? 'Zoé Besson';
  const user = {
    firstName: displayName.split(' ')[0] ?? '',
    lastName: displayName.split(' ').slice(1).join(' '),
    displayName,
    administratorLevel: 'none',
    agentLevel: 'none',
    language: null,
    state: 'active',
    password: 'own',
    temporaryUntil: temporary ? portal.clock.now + 72 * 3_600_000 : null,
    passwordSetBy: null,
    passwordSetAt: portal.clock.now,
    lastSignInAt: null,
    deletedAt: null,
    createdAt: portal.clock.now,
    ...overrides,
    id,
    username: canonicalUsername(overrides.username ?? `user-${id.slice(0, 8)}@${tenant.domain}`),
  } as const;
  const {
    clearPassword: _,
    epoch: _epoch,
    version: _version,
    updatedAt: _updatedAt,
    tenantId: _tenant,
    secondFactorAt: _secondFactor,
    secondFactorDue: _due,
    globalAdminUntil: _globalAdmin,
    ...row
  } = { ...unset, tenantId: '', clearPassword: '', ...user };
  await usersStore.insert(portal.database, tenant.scope, {
    ...row,
    passwordHash: await portal.hasher.hash(normalizePassword(clearPassword)),
  });
  const inserted = await usersStore.find(portal.database, tenant.scope, id);
  if (inserted === null && row.state !== 'deleted') throw new Error('The user was not inserted');
  return { ...(inserted ?? { ...row, ...unset, tenantId: tenant.id }), clearPassword };
}
