import { isOffered, type Refused, type Verdict } from '../../domain/verdict.ts';
import type { Place } from '../../domain/regions.ts';
import type { Refusal } from '../../domain/refusal.ts';

/** How a page offers something: to be done alone, or together with another administrator, who is asked first. */
export type ActionMode = 'direct' | 'withApproval';

/** @returns how a page offers what the policy decided on; null where it does not */
export function actionModeOf(verdict: Verdict): ActionMode | null {
  if (verdict.allowed) return 'direct';
  return isOffered(verdict) ? 'withApproval' : null;
}

/** Why a page does not offer something, and what its reader can do instead. */
export interface RefusalReason {
  /** Key of the sentence that says why; it names the region. */
  readonly text: string;
  /** The place that does it instead. */
  readonly elsewhere: Place | null;
  readonly offers: {
    readonly ownPassword: boolean;
    /** The table that says what is done where, and by whom. */
    readonly where: boolean;
  };
}

/** What the rules of a region or an organization decide: the table of these rules explains it. */
const decidedByRules: ReadonlySet<string> = new Set<Refusal>([
  ...(['elsewhere', 'alone', 'nobody', 'tenantNobody'] as const),
  ...(['administrator', 'tenantAdministrator'] as const),
]);

/** @returns whether the table that says what is done where explains a refusal */
export const isDecidedByRules = (because: string): boolean => decidedByRules.has(because);

/** @returns what a page says where the policy denies something */
export function refusalReasonOf(refusal: Refused): RefusalReason {
  const { because } = refusal;
  const elsewhere = because === 'elsewhere' ? { place: refusal.place, address: refusal.address } : null;
  return {
    text: `policy:${because}.text`,
    elsewhere,
    offers: { ownPassword: because === 'self', where: isDecidedByRules(because) },
  };
}
