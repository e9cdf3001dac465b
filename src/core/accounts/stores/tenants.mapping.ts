import type { TenantRules } from '../../../domain/tenant-rules.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantState, ScopeTenant } from '../../../domain/tenant.ts';

/** The tenant of a user, with what decides whether they may come in, and under which rules. */
export interface Home extends ScopeTenant {
  readonly state: TenantState;
  readonly ownRules: TenantRules;
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

const none: TenantRules = {};
// Read with every request, and nearly always one of few texts.
const known = new Map<string, TenantRules>([['{}', none]]);
const maxCached = 1_000;

/** @returns what a tenant decides for itself, as the database keeps it */
export function readOwnRules(text: string): TenantRules {
  let own = known.get(text);
  if (own === undefined) {
    own = JSON.parse(text) as TenantRules;
    if (known.size >= maxCached) known.clear();
    known.set(text, own);
  }
  return own;
}
