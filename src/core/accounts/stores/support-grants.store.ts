import type { Knex } from 'knex';
import type { Database } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Language } from '../../../domain/regions.ts';
import type { TenantRules } from '../../../domain/tenant-rules.ts';
import type { Grant, GrantPeriod, SupportLevel } from '../../../domain/support.ts';
import type { TenantState, ScopeTenant } from '../../../domain/tenant.ts';
import { actingUserId } from '../../../domain/principal.ts';
import { readOwnRules } from './tenants.mapping.ts';

/** A grant and its tenant, with all data that determines whether the grant is valid. */
export interface OpenGrant extends Grant, GrantPeriod {
  readonly operatorId: string;
  /** Epoch ms; null while the grant has not ended. */
  readonly endedAt: number | null;
  readonly tenant: ScopeTenant & { readonly state: TenantState; readonly ownRules: TenantRules };
}

/** The columns of an OpenGrant. All are null if a left join found no grant. */
export interface OpenGrantRow {
  support_id: string | null;
  support_operator: string;
  support_purpose: string;
  support_level: SupportLevel;
  support_granted_at: number;
  support_ends_at: number;
  support_ended_at: number | null;
  support_granted_by: string;
  support_granter: string | null;
  support_tenant_id: string;
  support_tenant_name: string;
  support_tenant_language: Language;
  support_tenant_state: TenantState;
  support_tenant_own_rules: string;
}

export const openGrantColumns: Readonly<Record<keyof OpenGrantRow, string>> = {
  support_id: 'grants.id',
  support_operator: 'grants.operator_id',
  support_purpose: 'grants.purpose',
  support_level: 'grants.level',
  support_granted_at: 'grants.granted_at',
  support_ends_at: 'grants.ends_at',
  support_ended_at: 'grants.ended_at',
  support_granted_by: 'grants.granted_by',
  support_granter: 'granters.display_name',
  support_tenant_id: 'supported.id',
  support_tenant_name: 'supported.name',
  support_tenant_language: 'supported.language',
  support_tenant_state: 'supported.state',
  support_tenant_own_rules: 'supported.own_rules',
};

/** Joins the tenant and the granting user to `support_grants as grants`. */
export const joinGrantDetails = <Q extends Knex.QueryBuilder>(query: Q): Q =>
  query
    .leftJoin('tenants as supported', 'supported.id', 'grants.tenant_id')
    .leftJoin('users as granters', (join) =>
      join.on('granters.id', 'grants.granted_by').andOn('granters.tenant_id', 'grants.tenant_id'),
    ) as Q;

export function toOpenGrant(row: OpenGrantRow): OpenGrant | null {
  if (row.support_id === null) return null;
  return {
    grantId: row.support_id,
    operatorId: row.support_operator,
    purpose: row.support_purpose,
    level: row.support_level,
    grantedAt: row.support_granted_at,
    endsAt: row.support_ends_at,
    endedAt: row.support_ended_at,
    grantedBy: { id: row.support_granted_by, name: row.support_granter },
    tenant: {
      id: row.support_tenant_id,
      name: row.support_tenant_name,
      language: row.support_tenant_language,
      state: row.support_tenant_state,
      ownRules: readOwnRules(row.support_tenant_own_rules),
    },
  };
}

/** @returns a grant of the acting operator, even if it has ended; null for any other ID */
export async function findOwnAcrossTenants(database: Database, scope: Scope, id: string): Promise<OpenGrant | null> {
  const own = { 'grants.id': id, 'grants.operator_id': actingUserId(scope) };
  const [row] = (await joinGrantDetails(database.knex('support_grants as grants'))
    .select(openGrantColumns)
    .where(own)) as OpenGrantRow[];
  return row ? toOpenGrant(row) : null;
}
