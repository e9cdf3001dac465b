import { isOffered, type Denial, type PolicyDecision } from '../../domain/policy-decision.ts';
import type { Place } from '../../domain/regions.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** Whether a page offers an action directly or requires approval by another administrator first. */
export type ActionMode = 'direct' | 'withApproval';

/** @returns how a page offers an action, given the policy's decision; null if the page does not offer it */
export function actionModeOf(decision: PolicyDecision): ActionMode | null {
  if (decision.allowed) return 'direct';
  return isOffered(decision) ? 'withApproval' : null;
}

/** Why a page does not offer an action, and what the user can do instead. */
export interface RefusalReason {
  /** The locale key of the explanation, whose text names the region. */
  readonly text: string;
  /** The place where the action is performed instead; null if there is none. */
  readonly elsewhere: Place | null;
  readonly offers: {
    readonly ownPassword: boolean;
    /** Whether to link to the table of responsibilities, which shows who performs what, and where. */
    readonly where: boolean;
  };
}

/** Refusals that follow from the rules of the region or the tenant. */
const decidedByRules: ReadonlySet<string> = new Set<DenialReason>([
  ...(['elsewhere', 'alone', 'nobody', 'tenantNobody'] as const),
  ...(['administrator', 'tenantAdministrator'] as const),
]);

/** @returns whether the table of responsibilities explains the refusal */
export const isDecidedByRules = (because: string): boolean => decidedByRules.has(because);

/** @returns the explanation that a page shows for a denied action */
export function refusalReasonOf(refusal: Denial): RefusalReason {
  const { because } = refusal;
  const elsewhere = because === 'elsewhere' ? { place: refusal.place, address: refusal.address } : null;
  return {
    text: `policy:${because}.text`,
    elsewhere,
    offers: { ownPassword: because === 'self', where: isDecidedByRules(because) },
  };
}
