import type { OwnRules } from '../../../domain/tenant-rules.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantState, ScopeTenant } from '../../../domain/tenant.ts';
import { readOwnRules } from './tenant-rules.ts';

/** The tenant of a user, with what decides whether they may come in, and under which rules. */
export interface Home extends ScopeTenant {
  readonly state: TenantState;
  readonly ownRules: OwnRules;
}

/** The columns of `tenants` that make a Home, beside those of a user. */
export const homeColumns = [
  'tenants.name as tenant_name',
  'tenants.language as tenant_language',
  'tenants.state as tenant_state',
  'tenants.own_rules as tenant_own_rules',
] as const;

export interface HomeRow {
  tenant_id: string;
  tenant_name: string;
  tenant_language: Language;
  tenant_state: TenantState;
  tenant_own_rules: string;
}

export const toHome = (row: HomeRow): Home => ({
  id: row.tenant_id,
  name: row.tenant_name,
  language: row.tenant_language,
  state: row.tenant_state,
  ownRules: readOwnRules(row.tenant_own_rules),
});
