import type { TenantRules } from '../../../domain/tenant-rules.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantState, ScopeTenant } from '../../../domain/tenant.ts';

/** The tenant of a user, with the state and rules that decide whether the user may sign in. */
export interface UserTenant extends ScopeTenant {
  readonly state: TenantState;
  readonly ownRules: TenantRules;
}

/** The columns of a UserTenant, to select together with those of a user. */
export const userTenantColumns = [
  'tenants.name as tenant_name',
  'tenants.language as tenant_language',
  'tenants.state as tenant_state',
  'tenants.own_rules as tenant_own_rules',
] as const;

export interface UserTenantRow {
  tenant_id: string;
  tenant_name: string;
  tenant_language: Language;
  tenant_state: TenantState;
  tenant_own_rules: string;
}

export const toUserTenant = (row: UserTenantRow): UserTenant => ({
  id: row.tenant_id,
  name: row.tenant_name,
  language: row.tenant_language,
  state: row.tenant_state,
  ownRules: readOwnRules(row.tenant_own_rules),
});

const none: TenantRules = {};
// Every request needs the parsed rules, and there are only a few distinct values, so they are cached.
const cache = new Map<string, TenantRules>([['{}', none]]);
const maxCached = 1_000;

/** Parses a tenant's own rules from their stored form. */
export function readOwnRules(text: string): TenantRules {
  let own = cache.get(text);
  if (own === undefined) {
    own = JSON.parse(text) as TenantRules;
    if (cache.size >= maxCached) cache.clear();
    cache.set(text, own);
  }
  return own;
}
