import type { LocalizedText } from './regions.ts';
import type { User } from './people/user.ts';
import type { ApprovalAction } from './approval-actions.ts';
import type { PlainDenialReason } from './denial-reason.ts';

export type PolicyDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: PlainDenialReason }
  | { readonly allowed: false; readonly because: 'elsewhere'; readonly place: LocalizedText; readonly address: string }
  /** Allowed as soon as another administrator agrees: pages offer it still, as a way to ask them. */
  | {
      readonly allowed: false;
      readonly because: 'secondAdministrator';
      readonly act: ApprovalAction;
      readonly users: readonly string[];
    };

/** The judge's no. */
export type Denial = Exclude<PolicyDecision, { allowed: true }>;

export type Target = Pick<User, 'id' | 'administratorLevel' | 'globalAdminUntil'>;

export const allow: PolicyDecision = { allowed: true };

export const deny = (because: PlainDenialReason): PolicyDecision => ({ allowed: false, because });

/** @returns whether a page offers it: alone, or as a way to ask another administrator */
export const isOffered = (decision: PolicyDecision): boolean =>
  decision.allowed || decision.because === 'secondAdministrator';
