import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import { lockRow } from '../../../platform/database/row-locks.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantRules } from '../../../domain/tenant-rules.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { TenantKind, TenantState, ScopeTenant } from '../../../domain/tenant.ts';
import { notDeleted } from './users.mapping.ts';
import { readOwnRules } from './tenants.mapping.ts';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
  readonly state: TenantState;
  readonly kind: TenantKind;
  readonly createdAt: number;
  readonly domains: readonly string[];
  readonly ownRules: TenantRules;
  /** Whether the tenant's domains may be shared with other regions. */
  readonly listed: boolean;
}

/** A tenant to insert, which has not set any rules yet. */
export type NewTenantRow = Omit<Tenant, 'ownRules' | 'kind' | 'listed'> &
  Partial<Pick<Tenant, 'kind'>> & { readonly listed?: boolean };

interface TenantRow {
  id: string;
  name: string;
  language: Language;
  state: TenantState;
  kind: Tenant['kind'];
  created_at: number;
  own_rules: string;
  listed: number;
}

// Both databases accept tens of thousands of bindings per statement.
const maxDomainsPerQuery = 1_000;

const domainsOf = preparedQuery<{ domain: string }>('tenants.domains', (knex, $) =>
  knex('tenant_domains')
    .select('domain')
    .where({ tenant_id: $('tenant') })
    .orderBy('domain'),
);

const one = preparedQuery<TenantRow>('tenants.find', (knex, $) => knex('tenants').where({ id: $('tenant') }));

const rulesByDomain = preparedQuery<{ own_rules: string }>('tenants.rules by domain', (knex, $) =>
  knex('tenants')
    .join('tenant_domains', 'tenant_domains.tenant_id', 'tenants.id')
    .select('own_rules')
    .where({ domain: $('domain') }),
);

/**
 * Finds the rules of a domain's tenant, which apply to a sign-in whether or not the user name exists.
 * @returns null if no tenant owns the domain
 */
export async function findRulesByDomainAcrossTenants(database: Database, domain: string): Promise<TenantRules | null> {
  const [row] = await rulesByDomain(database, { domain });
  return row === undefined ? null : readOwnRules(row.own_rules);
}

/** @returns the scope's tenant with its domains; null if it no longer exists */
export async function findOwn(database: Database, scope: Scope): Promise<Tenant | null> {
  const [row] = await one(database, { tenant: scope.tenant.id });
  if (row === undefined) return null;
  const domains = await domainsOf(database, { tenant: row.id });
  return toTenant(
    row,
    domains.map(({ domain }) => domain),
  );
}

/**
 * Locks a tenant for the rest of the transaction, so that invariants across its users can be checked, for example that
 * at least one Global admin remains. Every transaction that writes more than one row of a tenant takes this lock first,
 * so that transactions cannot deadlock. While holding it, a transaction must wait only briefly for other rows, because
 * the tenant's sign-ins wait for this lock. In SQLite, no lock is needed, because every write transaction is exclusive.
 */
export async function lock(
  database: Database,
  { tenant }: { readonly tenant: Pick<ScopeTenant, 'id'> },
): Promise<void> {
  if (database.dialect === 'postgres') await lockRow<TenantRow>(database, 'tenants', tenant.id, ['id']);
}

/** @returns a tenant in the region, for the operator's commands; null if there is none with this ID */
export async function findForOperator(database: Database, id: string): Promise<Tenant | null> {
  const [row] = await one(database, { tenant: id });
  if (row === undefined) return null;
  const domains = await domainsOf(database, { tenant: id });
  return toTenant(
    row,
    domains.map(({ domain }) => domain),
  );
}

/** @returns every tenant with the number of its users, for the operator's commands */
export async function listForOperator(database: Database): Promise<(Tenant & { users: number })[]> {
  const tenants = (await database.knex('tenants').orderBy('created_at')) as TenantRow[];
  const domains = (await database.knex('tenant_domains').orderBy('domain')) as {
    domain: string;
    tenant_id: string;
  }[];
  const counts = (await database
    .knex('users')
    .whereRaw(notDeleted)
    .groupBy('tenant_id')
    .select('tenant_id')
    .count({ users: '*' })) as unknown as { tenant_id: string; users: number }[];
  const users = new Map(counts.map((row) => [row.tenant_id, row.users]));
  const own = Map.groupBy(domains, ({ tenant_id }) => tenant_id);
  return tenants.map((row) => ({
    ...toTenant(
      row,
      (own.get(row.id) ?? []).map(({ domain }) => domain),
    ),
    users: users.get(row.id) ?? 0,
  }));
}

/** @returns the tenants that have set a restore window, which applies only if it is shorter than the region's */
export async function listWithOwnRestoreWindowForOperator(
  database: Database,
): Promise<{ id: string; restoreWindowDays: number }[]> {
  const rows = (await database.knex('tenants').where('own_rules', 'like', '%"restoreWindowDays"%')) as TenantRow[];
  return rows.map(({ id, own_rules }) => ({
    id,
    restoreWindowDays: readOwnRules(own_rules).restoreWindowDays ?? Infinity,
  }));
}

/** @returns whether there is no partner tenant yet */
export async function isEmpty(database: Database): Promise<boolean> {
  return (await database.knex('tenants').select('id').where({ kind: 'partner' }).limit(1)).length === 0;
}

/** @returns the operators' own tenant, or null if there are no operators yet */
export async function findOperatorsTenant(database: Database): Promise<ScopeTenant | null> {
  const row = await database.knex<TenantRow>('tenants').where({ kind: 'operators' }).first();
  return row === undefined ? null : toTenant(row, []);
}

/** @returns the first of these domains that already belongs to a tenant of this region, or null */
export async function findTakenDomain(database: Database, domains: readonly string[]): Promise<string | null> {
  for (let from = 0; from < domains.length; from += maxDomainsPerQuery) {
    const some = domains.slice(from, from + maxDomainsPerQuery);
    const row = await database.knex<{ domain: string }>('tenant_domains').whereIn('domain', some).first('domain');
    if (row !== undefined) return row.domain;
  }
  return null;
}

export async function insert(database: Database, tenant: NewTenantRow): Promise<void> {
  const { id, name, language, state, kind = 'partner', createdAt, domains, listed = true } = tenant;
  const row = { id, name, language, state, kind, created_at: createdAt, listed: Number(listed) };
  await database.knex('tenants').insert(row);
  await database.knex('tenant_domains').insert(domains.map((domain) => ({ domain, tenant_id: id })));
}

/** Replaces the rules that the scope's tenant has set. */
export async function setOwnRules(database: Database, scope: Scope, own: TenantRules): Promise<void> {
  const row = { own_rules: JSON.stringify(own) };
  await database.knex('tenants').where({ id: scope.tenant.id }).update(row);
}

export async function setListed(database: Database, scope: Scope, listed: boolean): Promise<void> {
  await database
    .knex('tenants')
    .where({ id: scope.tenant.id })
    .update({ listed: Number(listed) });
}

export async function setState(database: Database, id: string, state: Tenant['state']): Promise<void> {
  await database.knex('tenants').where({ id }).update({ state });
}

function toTenant(row: TenantRow, domains: readonly string[]): Tenant {
  const { id, name, language, state, kind } = row;
  const ownRules = readOwnRules(row.own_rules);
  return { id, name, language, state, kind, createdAt: row.created_at, domains, ownRules, listed: row.listed === 1 };
}
