import type { RegionRules } from './regions.ts';
import type { Action } from './roles.ts';
import type { TenantState } from './tenant.ts';

/** How far an operator may go in a tenant that let them in, from the least to the most. */
export const supportLevels = ['look', 'manage'] as const;
export type SupportLevel = (typeof supportLevels)[number];

/** In UTF-16 code units. */
export const maxPurposeLength = 300;

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
export const isWithinSupport = (level: SupportLevel, action: Action): boolean => reach[level].has(action);

/** Why support does not hold any more. */
export type SupportEnd = 'expired' | 'ended' | 'suspended' | 'moving' | 'forbidden' | 'secondFactor';

/**
 * @param rules as they hold in the tenant that granted it
 * @param now epoch ms
 * @returns why a grant does not hold now, or null while it does
 */
export function supportEndReason(
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
