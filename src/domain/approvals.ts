import type { LogFormat } from './activity/event.ts';
import type { ActivityGroup } from './activity/groups.ts';
import type { TenantRules } from './tenant-rules.ts';
import type { AdministratorLevel } from './roles.ts';

/**
 * The way of a request: it waits for another administrator, who confirms or declines it; what was confirmed waits for
 * whoever asked, who does it. Until then they may withdraw it, and it lapses by itself.
 */
export type ApprovalState = 'open' | 'confirmed' | 'declined' | 'withdrawn' | 'lapsed' | 'done';

/** Somebody whom a request is about, as they were when it was made: whoever has changed since is not meant any more. */
export interface ApprovalTarget {
  readonly id: string;
  readonly epoch: number;
  readonly administratorLevel: AdministratorLevel;
  /** Missing in requests made before this was recorded. */
  readonly globalAdminUntil?: number | null;
}

/** What a part of the log is narrowed to; null is everything. */
export interface LogSelection {
  readonly user: string | null;
  readonly kind: ActivityGroup | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** What exactly is asked for: ids and typed data. */
export interface ApprovalSubject {
  readonly users: readonly ApprovalTarget[];
  readonly log?: { readonly format: LogFormat; readonly part: LogSelection } | undefined;
  readonly own?: { readonly before: TenantRules; readonly next: TenantRules } | undefined;
}

/** @returns what people call a request by, in the log too when the request is long gone */
export const approvalReference = (approvalId: string): string => approvalId.slice(0, 8);

export const maxReasonLength = 500;
/** How many requests one administrator may have waiting. */
export const maxOpenApprovals = 20;
/** For how long a request can be looked at after it ended: its reason may be personal. In ms. */
export const approvalRetentionMs = 30 * 24 * 60 * 60 * 1_000;

const hourMs = 60 * 60 * 1_000;

/** @returns for how long a request waits, for each of the two, in ms */
export const approvalLifetimeMs = (rules: { readonly twoAdministrators: { readonly withinHours: number } }): number =>
  rules.twoAdministrators.withinHours * hourMs;

/** For how long whoever let somebody in counts as if they could be them: as long as a request can be looked at. In ms. */
export const accountControlMs = 30 * 24 * 60 * 60 * 1_000;

/** Who may stand behind whose account, themselves not named: people's ids by the account's. */
export type AccountControllers = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether two people are certainly two: no one person has lately let both in, or one of them the other. */
export type AreIndependent = (one: string, other: string) => boolean;

/** @returns what tells two people apart, by their ids */
export function independenceCheck(behind: AccountControllers): AreIndependent {
  const around = (id: string): Set<string> => new Set([id, ...(behind.get(id) ?? [])]);
  return (one, other) => around(one).isDisjointFrom(around(other));
}
