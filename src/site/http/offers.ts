import { isOffered, type Denial, type PolicyDecision } from '../../domain/policy-decision.ts';
import type { Place } from '../../domain/regions.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** How a page offers something: to be done alone, or together with another administrator, who is asked first. */
export type Offer = 'alone' | 'together';

/** @returns how a page offers what the policy decided on; null where it does not */
export function offerOf(decision: PolicyDecision): Offer | null {
  if (decision.allowed) return 'alone';
  return isOffered(decision) ? 'together' : null;
}

/** Why a page does not offer something, and what its reader can do instead. */
export interface Reason {
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
const decidedByRules: ReadonlySet<string> = new Set<DenialReason>([
  ...(['elsewhere', 'alone', 'nobody', 'tenantNobody'] as const),
  ...(['administrator', 'tenantAdministrator'] as const),
]);

/** @returns whether the table that says what is done where explains a refusal */
export const isDecidedByRules = (because: string): boolean => decidedByRules.has(because);

/** @returns what a page says where the policy denies something */
export function reasonOf(refusal: Denial): Reason {
  const { because } = refusal;
  const elsewhere = because === 'elsewhere' ? { place: refusal.place, address: refusal.address } : null;
  return {
    text: `policy:${because}.text`,
    elsewhere,
    offers: { ownPassword: because === 'self', where: isDecidedByRules(because) },
  };
}
