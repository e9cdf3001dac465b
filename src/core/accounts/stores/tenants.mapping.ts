import type { OwnRules } from '../../../domain/tenant-rules.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantState, ScopeTenant } from '../../../domain/tenant.ts';

/** The tenant of a user, with what decides whether they may come in, and under which rules. */
export interface UserTenant extends ScopeTenant {
  readonly state: TenantState;
  readonly ownRules: OwnRules;
}

/** The columns of `tenants` that make a Home, beside those of a user. */
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

const none: OwnRules = {};
// Read with every request, and nearly always one of few texts.
const known = new Map<string, OwnRules>([['{}', none]]);
const maxCached = 1_000;

/** @returns what a tenant decides for itself, as the database keeps it */
export function readOwnRules(text: string): OwnRules {
  let own = known.get(text);
  if (own === undefined) {
    own = JSON.parse(text) as OwnRules;
    if (known.size >= maxCached) known.clear();
    known.set(text, own);
  }
  return own;
}
