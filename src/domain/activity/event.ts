import type { RecordedPrincipal } from '../principal.ts';
import type { Action } from '../roles.ts';
import type { Counts } from '../imports.ts';
import type { LinkPurpose } from '../people/one-time-link.ts';
import type { TenantRule } from '../tenant-rules.ts';
import type { HandoverMode } from '../regions.ts';
import type { SupportLevel } from '../support.ts';
import type { User, Change } from '../people/user.ts';
import type { ApprovalAction, ExpiryReason } from '../approval-actions.ts';
import type { DenialReason } from '../denial-reason.ts';

/** The events of the activity log, as typed data. They are rendered in the reader's language. */
export type ActivityEvent =
  | { readonly kind: 'signIn.succeeded' }
  | { readonly kind: 'signIn.failed'; readonly because: SignInFailure }
  | { readonly kind: 'signIn.throttled' }
  /** The password was correct, and the account requires a second factor. */
  | { readonly kind: 'signIn.codeAsked' }
  | { readonly kind: 'secondFactor.setUp' }
  | { readonly kind: 'secondFactor.removed' }
  | { readonly kind: 'secondFactor.codesReplaced' }
  /** `left`: the number of remaining recovery codes. */
  | { readonly kind: 'secondFactor.recoveryUsed'; readonly left: number }
  /** A signed-in user entered a wrong password or code when changing the second factor. */
  | { readonly kind: 'secondFactor.changeRefused' }
  | { readonly kind: 'signOut' }
  | { readonly kind: 'sessions.ended'; readonly which: 'one' | 'others' | 'all' }
  | { readonly kind: 'password.reset'; readonly expiresAt: number; readonly by?: LinkHandover }
  | { readonly kind: 'password.changed'; readonly forced: boolean }
  | { readonly kind: 'password.changeRefused' }
  | { readonly kind: 'user.added' }
  | { readonly kind: 'user.edited'; readonly changes: readonly Change[] }
  | { readonly kind: 'user.blocked' }
  | { readonly kind: 'user.unblocked' }
  | { readonly kind: 'user.deleted' }
  | { readonly kind: 'user.restored' }
  | { readonly kind: 'users.exported' }
  | ({ readonly kind: 'users.imported' } & Counts)
  /** `count`: the number of imported users who were issued temporary passwords or links. */
  | { readonly kind: 'users.passwordsIssued'; readonly count: number; readonly by?: LinkHandover }
  | { readonly kind: 'password.issued'; readonly expiresAt: number; readonly by?: LinkHandover }
  | { readonly kind: 'link.opened'; readonly purpose: LinkPurpose }
  /** The mail server rejected the recipient of an email with a one-time link. */
  | { readonly kind: 'link.mailRefused' }
  /** A recovery link was emailed to a user through self-service recovery. */
  | { readonly kind: 'recovery.linkMailed'; readonly expiresAt: number }
  /** A link was emailed to a user whose sign-in attempts were throttled. */
  | { readonly kind: 'signIn.linkMailed'; readonly expiresAt: number }
  /** The operator made the user a Global admin. `reason`: the operator's reason; null after erasure. */
  | { readonly kind: 'user.appointed'; readonly reason: string | null }
  | { readonly kind: 'user.erased' }
  | { readonly kind: 'user.purged' }
  | { readonly kind: 'user.dataExported' }
  | { readonly kind: 'tenant.added' }
  | { readonly kind: 'tenant.suspended' }
  | { readonly kind: 'tenant.resumed' }
  | { readonly kind: 'tenant.listingChanged'; readonly listed: boolean }
  /** `region`: the destination of the move. In `tenant.movedIn`, the origin. */
  | { readonly kind: 'tenant.moving'; readonly region: string; readonly passwords: MovedPasswords }
  /** `reason`: the operator's reason for a forced cancellation; null after erasure. */
  | { readonly kind: 'tenant.moveCancelled'; readonly region: string; readonly reason?: string | null }
  | { readonly kind: 'tenant.movedIn'; readonly region: string; readonly passwords: MovedPasswords }
  | { readonly kind: 'tenant.rulesChanged'; readonly rules: readonly RuleChange[] }
  | { readonly kind: 'activity.exported'; readonly format: LogFormat; readonly filters: readonly LogFilterName[] }
  | ({ readonly kind: 'approval.asked' } & ApprovalDetails & Comment)
  | ({ readonly kind: 'approval.confirmed' } & ApprovalDetails & Comment)
  | ({ readonly kind: 'approval.declined' } & ApprovalDetails & Comment)
  | ({ readonly kind: 'approval.withdrawn' } & ApprovalDetails)
  | ({ readonly kind: 'approval.lapsed'; readonly by: ExpiryReason } & ApprovalDetails)
  | ({ readonly kind: 'approval.done' } & ApprovalDetails)
  /** All entries up to and including `place` were deleted at the end of their retention period. */
  | { readonly kind: 'activity.trimmed'; readonly place: number; readonly hash: string }
  /** Support access was granted. `purpose` is null after a participant was erased. */
  | {
      readonly kind: 'support.granted';
      readonly grant: string;
      readonly level: SupportLevel;
      readonly endsAt: number;
      readonly purpose: string | null;
    }
  | { readonly kind: 'support.ended' | 'support.expired'; readonly grant: string }
  | { readonly kind: 'support.entered' | 'support.left' }
  /** Represents an event that a newer version recorded. This version never records it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly action: Action; readonly because: DenialReason };

/** The approval request that an event belongs to. */
interface ApprovalDetails {
  /** ID of the request, shared by all of its events. */
  readonly approval: string;
  readonly act: ApprovalAction;
  /** Number of affected users. */
  readonly count: number;
  /** The affected users at the time of the event. */
  readonly about?: readonly (Pick<User, 'id' | 'administratorLevel'> & Partial<Pick<User, 'globalAdminUntil'>>)[];
}

/** An administrator's reason or comment. Personal data: null after erasure. */
interface Comment {
  readonly said: string | null;
}

/** Whether the passwords of the users are kept or reset when their tenant moves to another region. */
export type MovedPasswords = 'keep' | 'reset';
/** How a one-time link was delivered: passed on by an administrator, or emailed. */
export type LinkHandover = Exclude<HandoverMode, 'shown'>;

/**
 * A changed rule of a tenant. `from` is null if the region's rule applied before the change, `to` if it applies after
 * the change.
 */
export interface RuleChange {
  readonly rule: TenantRule;
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** Why a sign-in failed. Only the log records the reason: the sign-in page shows the same message for every failure. */
export type SignInFailure = 'unknown' | 'password' | 'code' | 'blocked' | 'deleted' | 'expired' | 'tenant';

export type LogFormat = 'csv' | 'jsonl';

/** The filters of a log export. The log records which filters were used, but not their values. */
export type LogFilterName = 'person' | 'kind' | 'firstDay' | 'lastDay';

/** A participant in an event. After erasure, a pseudonym replaces the name. */
export interface Participant {
  readonly id: string;
  readonly name: string | null;
  readonly pseudonym: string | null;
}

/** A recorded event. */
export interface Activity {
  /** Position in the tenant's log, from 1. */
  readonly place: number;
  /** Epoch ms. */
  readonly at: number;
  readonly event: ActivityEvent;
  /** The acting user; null for the operator, jobs and failed sign-ins. */
  readonly actor: Participant | null;
  readonly principal: RecordedPrincipal | null;
  readonly target: Participant | null;
  readonly address: string | null;
  /** Set if the actor is an operator with support access. */
  readonly support?: { readonly grantedBy: Participant } | undefined;
}
