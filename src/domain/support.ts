import type { RegionRules } from './regions.ts';
import type { Action } from './roles.ts';
import { isInForce } from './plausible-time.ts';
import type { TenantState } from './tenant.ts';

/** The levels of support access, from least to most permissions. */
export const supportLevels = ['look', 'manage'] as const;
export type SupportLevel = (typeof supportLevels)[number];

/** Maximum length of the purpose of a grant, in Unicode code points. */
export const maxPurposeLength = 300;

/** When access was granted and when it expires, epoch ms. At `endsAt`, the grant is no longer valid. */
export interface GrantPeriod {
  readonly grantedAt: number;
  readonly endsAt: number;
}

/**
 * @param now the current time, epoch ms
 * @returns whether a grant is within its period
 */
export const isGrantInForce = ({ grantedAt, endsAt }: GrantPeriod, now: number): boolean =>
  isInForce({ from: grantedAt, until: endsAt }, now);

/** Support access that an administrator granted to an operator. */
export interface Grant {
  readonly grantId: string;
  readonly purpose: string;
  readonly level: SupportLevel;
  /** Expiry, epoch ms. At this time the grant is no longer valid. */
  readonly endsAt: number;
  /** `name` is null after the administrator was erased. */
  readonly grantedBy: { readonly id: string; readonly name: string | null };
}

const look: readonly Action[] = ['dashboard.view', 'accountSettings.view', 'users.list', 'users.view', 'activity.view'];
// Excludes actions whose effects last beyond the support access: changes to administrators, levels and rules, exports,
// and erasure.
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
const actionsOf: Readonly<Record<SupportLevel, ReadonlySet<Action>>> = { look: new Set(look), manage: new Set(manage) };

/** @returns whether a level of support access includes an action; unlisted actions are denied */
export const isWithinSupport = (level: SupportLevel, action: Action): boolean => actionsOf[level].has(action);

/** Why support access ended. */
export type SupportEnd = 'expired' | 'ended' | 'suspended' | 'moving' | 'forbidden' | 'secondFactor';

/**
 * @param rules the effective rules of the tenant that granted access
 * @param now the current time, epoch ms
 * @returns why a grant is no longer valid; null if it is valid
 */
export function supportEndReason(
  grant: GrantPeriod & { readonly endedAt: number | null },
  tenant: { readonly state: TenantState },
  rules: Pick<RegionRules, 'supportAccess'>,
  now: number,
): Exclude<SupportEnd, 'secondFactor'> | null {
  if (!isGrantInForce(grant, now)) return 'expired';
  if (grant.endedAt !== null) return 'ended';
  if (tenant.state !== 'active') return tenant.state;
  return rules.supportAccess.grant === 'allowed' ? null : 'forbidden';
}
