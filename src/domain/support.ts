import type { RegionRules } from './regions.ts';
import type { Action } from './roles.ts';
import { createScope, type Scope, type ScopeTenant } from './scope.ts';
import type { TenantState } from './tenant.ts';

/** How far an operator may go in a tenant that let them in, from the least to the most. */
export const supportLevels = ['look', 'manage'] as const;
export type SupportLevel = (typeof supportLevels)[number];

/** What a tenant's administrator granted to an operator. */
export interface Grant {
  readonly grantId: string;
  readonly purpose: string;
  readonly level: SupportLevel;
  /** Epoch ms, the first moment at which it does not hold any more. */
  readonly endsAt: number;
  /** The name is null once the administrator was erased. */
  readonly grantedBy: { readonly id: string; readonly name: string | null };
}

/** The grant under which a scope's actor acts in a tenant that is not their own. */
export interface Support extends Grant {
  /** The tenant of the operators themselves. */
  readonly home: ScopeTenant;
}

const look: readonly Action[] = ['dashboard.view', 'accountSettings.view', 'users.list', 'users.view', 'activity.view'];
// Nothing that outlives the access or leaves the portal: no administrators, no levels, no rules, no files, no erasing.
const manage: readonly Action[] = [
  ...look,
  'users.add',
  'users.edit',
  'users.block',
  'users.delete',
  'users.restore',
  'users.resetPassword',
  'users.endSessions',
];
const reach: Readonly<Record<SupportLevel, ReadonlySet<Action>>> = { look: new Set(look), manage: new Set(manage) };

/** @returns whether support of a level reaches an action at all; what is not named is closed */
export const supportReaches = (level: SupportLevel, action: Action): boolean => reach[level].has(action);

/** Why support does not hold any more. */
export type SupportEnd = 'expired' | 'ended' | 'suspended' | 'moving' | 'forbidden' | 'secondFactor';

/**
 * @param rules as they hold in the tenant that granted it
 * @param now epoch ms
 * @returns why a grant does not hold now, or null while it does
 */
export function endOfSupport(
  grant: { readonly endsAt: number; readonly endedAt: number | null },
  tenant: { readonly state: TenantState },
  rules: Pick<RegionRules, 'supportAccess'>,
  now: number,
): Exclude<SupportEnd, 'secondFactor'> | null {
  if (grant.endsAt <= now) return 'expired';
  if (grant.endedAt !== null) return 'ended';
  if (tenant.state !== 'active') return tenant.state;
  return rules.supportAccess.grant === 'allowed' ? null : 'forbidden';
}

/** @returns the scope of an operator within the tenant that let them in @param rules as they hold there */
export function scopeInside(scope: Scope, tenant: ScopeTenant, grant: Grant, rules: RegionRules): Scope {
  const { grantId, purpose, level, endsAt, grantedBy } = grant;
  return createScope({
    ...scope,
    rules,
    tenant: { id: tenant.id, name: tenant.name, language: tenant.language },
    actor: scope.actor && { ...scope.actor, administratorLevel: 'userManagement', agentLevel: 'none' },
    support: { grantId, purpose, level, endsAt, grantedBy, home: scope.tenant },
  });
}

/** @returns the scope of an operator back in their own tenant, where they hold no level */
export function scopeOutside(scope: Scope): Scope {
  if (scope.support === undefined) return scope;
  const { support, actor, ...rest } = scope;
  return createScope({ ...rest, tenant: support.home, actor: actor && { ...actor, administratorLevel: 'none' } });
}
