import type { OwnRule } from './own-rules.ts';

/** Everything that is recorded, as typed data: the reader's language words it later. */
export type ActivityEvent =
  | { readonly kind: 'signIn.succeeded' }
  | { readonly kind: 'signIn.failed'; readonly because: SignInFailure }
  | { readonly kind: 'signIn.throttled' }
  | { readonly kind: 'signOut' }
  | { readonly kind: 'sessions.ended'; readonly which: 'one' | 'others' | 'all' }
  | { readonly kind: 'password.reset'; readonly expiresAt: number }
  | { readonly kind: 'password.changed'; readonly forced: boolean }
  | { readonly kind: 'password.changeRefused' }
  | { readonly kind: 'user.added' }
  | { readonly kind: 'user.edited'; readonly changes: readonly Change[] }
  | { readonly kind: 'user.blocked' }
  | { readonly kind: 'user.unblocked' }
  | { readonly kind: 'user.deleted' }
  | { readonly kind: 'user.restored' }
  | { readonly kind: 'tenant.added' }
  | { readonly kind: 'tenant.suspended' }
  | { readonly kind: 'tenant.resumed' }
  | { readonly kind: 'tenant.rulesChanged'; readonly rules: readonly RuleChange[] }
  | { readonly kind: 'refused'; readonly action: string; readonly because: string };

/** One of a tenant's own rules, before and after; null where the region's holds. */
export interface RuleChange {
  readonly rule: OwnRule;
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** One field of a user, before and after. */
export interface Change {
  readonly field: 'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel';
  readonly from: string | null;
  readonly to: string | null;
}

/** Known only to the log: the sign-in page answers every one of them alike. */
export type SignInFailure = 'unknown' | 'password' | 'blocked' | 'deleted' | 'expired' | 'tenant';

/** A recorded event as pages read it. */
export interface Activity {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly event: ActivityEvent;
  readonly actor: { readonly id: string; readonly name: string } | null;
  readonly target: { readonly id: string; readonly name: string } | null;
  readonly address: string | null;
}
