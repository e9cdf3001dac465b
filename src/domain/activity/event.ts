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

/** Everything that is recorded, as typed data: the reader's language words it later. */
export type ActivityEvent =
  | { readonly kind: 'signIn.succeeded' }
  | { readonly kind: 'signIn.failed'; readonly because: SignInFailure }
  | { readonly kind: 'signIn.throttled' }
  /** The password was right; what the account asks besides is not there yet. */
  | { readonly kind: 'signIn.codeAsked' }
  | { readonly kind: 'secondFactor.setUp' }
  | { readonly kind: 'secondFactor.removed' }
  | { readonly kind: 'secondFactor.codesReplaced' }
  /** `left`: how many recovery codes there still are. */
  | { readonly kind: 'secondFactor.recoveryUsed'; readonly left: number }
  /** Somebody signed in was asked for their password or a code to change it, and it was wrong. */
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
  /** Temporary passwords or links were made for this many users of an import, and sent to whoever imported them, or to them. */
  | { readonly kind: 'users.passwordsIssued'; readonly count: number; readonly by?: LinkHandover }
  | { readonly kind: 'password.issued'; readonly expiresAt: number; readonly by?: LinkHandover }
  | { readonly kind: 'link.opened'; readonly purpose: LinkPurpose }
  /** Somebody typed this user's name to recover alone, and a link went to it. */
  | { readonly kind: 'recovery.linkMailed'; readonly expiresAt: number }
  | { readonly kind: 'user.erased' }
  | { readonly kind: 'user.purged' }
  | { readonly kind: 'user.dataExported' }
  | { readonly kind: 'tenant.added' }
  | { readonly kind: 'tenant.suspended' }
  | { readonly kind: 'tenant.resumed' }
  | { readonly kind: 'tenant.listingChanged'; readonly listed: boolean }
  /** `region`: the other one. */
  | { readonly kind: 'tenant.moving'; readonly region: string; readonly passwords: MovedPasswords }
  /** `reason` where it was forced: what the operator wrote; null once it was erased. */
  | { readonly kind: 'tenant.moveCancelled'; readonly region: string; readonly reason?: string | null }
  | { readonly kind: 'tenant.movedIn'; readonly region: string; readonly passwords: MovedPasswords }
  | { readonly kind: 'tenant.rulesChanged'; readonly rules: readonly RuleChange[] }
  | { readonly kind: 'activity.exported'; readonly format: LogFormat; readonly filters: readonly LogFilterName[] }
  | ({ readonly kind: 'approval.asked' } & Approving & Said)
  | ({ readonly kind: 'approval.confirmed' } & Approving & Said)
  | ({ readonly kind: 'approval.declined' } & Approving & Said)
  | ({ readonly kind: 'approval.withdrawn' } & Approving)
  | ({ readonly kind: 'approval.lapsed'; readonly by: ExpiryReason } & Approving)
  | ({ readonly kind: 'approval.done' } & Approving)
  /** What had been kept for as long as the rules say is gone from the front of the log, up to this entry. */
  | { readonly kind: 'activity.trimmed'; readonly place: number; readonly hash: string }
  /** An operator was let in; `purpose` is null once a person in the entry was erased. */
  | {
      readonly kind: 'support.granted';
      readonly grant: string;
      readonly level: SupportLevel;
      readonly endsAt: number;
      readonly purpose: string | null;
    }
  | { readonly kind: 'support.ended' | 'support.expired'; readonly grant: string }
  | { readonly kind: 'support.entered' | 'support.left' }
  /** Recorded by a newer version of this program: it is read as this, and never written. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly action: Action; readonly because: DenialReason };

/** Which request of one administrator to another, and for what. */
interface Approving {
  /** The request's id: what was asked, agreed to and done belongs together by it. */
  readonly approval: string;
  readonly act: ApprovalAction;
  /** How many people it is about. */
  readonly count: number;
  /** Who they are, as they were then. */
  readonly about?: readonly (Pick<User, 'id' | 'administratorLevel'> & Partial<Pick<User, 'globalAdminUntil'>>)[];
}

/** Why it was asked for, or what the other said to it: personal, and null once it was erased. */
interface Said {
  readonly said: string | null;
}

/** Whether people bring their passwords along to another region, or all get new ones there. */
export type MovedPasswords = 'keep' | 'reset';
/** How a way in was handed over, where not as a temporary password that was shown. */
export type LinkHandover = Exclude<HandoverMode, 'shown'>;

/** One of a tenant's own rules, before and after; null where the region's holds. */
export interface RuleChange {
  readonly rule: TenantRule;
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** Known only to the log: the sign-in page answers every one of them alike. */
export type SignInFailure = 'unknown' | 'password' | 'code' | 'blocked' | 'deleted' | 'expired' | 'tenant';

export type LogFormat = 'csv' | 'jsonl';

/** What a log can be narrowed by; in a record of an export the names alone, not what was looked for. */
export type LogFilterName = 'person' | 'kind' | 'firstDay' | 'lastDay';

/** Who took part in an event: by name, or, once the person was erased, by the pseudonym that stands in its place. */
export interface Participant {
  readonly id: string;
  readonly name: string | null;
  readonly pseudonym: string | null;
}

/** A recorded event as pages read it. */
export interface Activity {
  /** Place in the tenant's log, from 1. */
  readonly place: number;
  /** Epoch ms. */
  readonly at: number;
  readonly event: ActivityEvent;
  /** The user who did it; null for the operator, for a job, and for a visitor who tried to sign in. */
  readonly actor: Participant | null;
  readonly principal: RecordedPrincipal | null;
  readonly target: Participant | null;
  readonly address: string | null;
  /** Set where the actor is an operator whom somebody of the tenant had let in. */
  readonly support?: { readonly grantedBy: Participant } | undefined;
}
