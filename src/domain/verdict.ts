import type { Wording } from './regions.ts';
import type { User } from './people/user.ts';
import type { ApprovalAct } from './approval-acts.ts';
import type { PlainRefusal } from './refusal.ts';

export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: PlainRefusal }
  | { readonly allowed: false; readonly because: 'elsewhere'; readonly place: Wording; readonly address: string }
  /** Allowed as soon as another administrator agrees: pages offer it still, as a way to ask them. */
  | {
      readonly allowed: false;
      readonly because: 'secondAdministrator';
      readonly act: ApprovalAct;
      readonly users: readonly string[];
    };

/** The judge's no. */
export type Refused = Exclude<Verdict, { allowed: true }>;

export type Target = Pick<User, 'id' | 'administratorLevel' | 'globalAdminUntil'>;

export const allow: Verdict = { allowed: true };

export const deny = (because: PlainRefusal): Verdict => ({ allowed: false, because });

/** @returns whether a page offers it: alone, or as a way to ask another administrator */
export const isOffered = (verdict: Verdict): boolean => verdict.allowed || verdict.because === 'secondAdministrator';
