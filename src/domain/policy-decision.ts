import type { LocalizedText } from './regions.ts';
import type { User } from './people/user.ts';
import type { ApprovalAction } from './approval-actions.ts';
import type { PlainDenialReason } from './denial-reason.ts';

export type PolicyDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: PlainDenialReason }
  | { readonly allowed: false; readonly because: 'elsewhere'; readonly place: LocalizedText; readonly address: string }
  /** Allowed once another administrator approves. Pages offer the action, so that the user can request approval. */
  | {
      readonly allowed: false;
      readonly because: 'secondAdministrator';
      readonly act: ApprovalAction;
      readonly users: readonly string[];
    };

export type Denial = Exclude<PolicyDecision, { allowed: true }>;

export type Target = Pick<User, 'id' | 'administratorLevel' | 'globalAdminUntil'>;

export const allow: PolicyDecision = { allowed: true };

export const deny = (because: PlainDenialReason): PolicyDecision => ({ allowed: false, because });

/** @returns whether a page offers the action, directly or to request approval */
export const isOffered = (decision: PolicyDecision): boolean =>
  decision.allowed || decision.because === 'secondAdministrator';
