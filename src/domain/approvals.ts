import type { LogFormat } from './activity/event.ts';
import type { ActivityGroup } from './activity/groups.ts';
import { isInForce } from './plausible-time.ts';
import type { TenantRules } from './tenant-rules.ts';
import type { AdministratorLevel } from './roles.ts';

/**
 * The states of a request. Another administrator approves an `open` request (`confirmed`) or declines it. After the
 * approval, the requester performs the action (`done`). Until then, the requester can withdraw the request, and it can
 * expire (`lapsed`).
 */
export type ApprovalState = 'open' | 'confirmed' | 'declined' | 'withdrawn' | 'lapsed' | 'done';

/** A user affected by a request, as of its creation. A later change to the user invalidates the request. */
export interface ApprovalTarget {
  readonly id: string;
  readonly epoch: number;
  readonly administratorLevel: AdministratorLevel;
  /** When the Global admin level was last removed, epoch ms; null if never. Older versions did not record it. */
  readonly globalAdminUntil?: number | null;
}

/** The filters of a log export; null means no filter. */
export interface LogSelection {
  readonly user: string | null;
  readonly kind: ActivityGroup | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** The details of a request: IDs and typed data. */
export interface ApprovalSubject {
  readonly users: readonly ApprovalTarget[];
  readonly log?: { readonly format: LogFormat; readonly part: LogSelection } | undefined;
  readonly own?: { readonly before: TenantRules; readonly next: TenantRules } | undefined;
}

/** @returns the short reference of a request, which the log keeps after the request is deleted */
export const approvalReference = (approvalId: string): string => approvalId.slice(0, 8);

export const maxReasonLength = 500;
/** The maximum number of open requests of one administrator. */
export const maxOpenApprovals = 20;
/** How long a closed request is retained, in ms. The period is limited because the reason may contain personal data. */
export const approvalRetentionMs = 30 * 24 * 60 * 60 * 1_000;

const hourMs = 60 * 60 * 1_000;

/**
 * @returns the time limit in ms. It applies twice: to the decision of the approver, and then to the requester's action
 */
export const approvalLifetimeMs = (rules: { readonly twoAdministrators: { readonly withinHours: number } }): number =>
  rules.twoAdministrators.withinHours * hourMs;

/** The times of a request, epoch ms. The time limit starts again after a decision. */
export interface ApprovalPeriod {
  readonly createdAt: number;
  readonly decidedAt: number | null;
  readonly expiresAt: number;
}

/**
 * @param now the current time, epoch ms
 * @returns whether a pending request is within its time limit
 */
export const isApprovalInForce = ({ createdAt, decidedAt, expiresAt }: ApprovalPeriod, now: number): boolean =>
  isInForce({ from: Math.max(createdAt, decidedAt ?? 0), until: expiresAt }, now);

/**
 * The time, in ms, for which an administrator who issued or reset a user's credentials is treated as able to act as
 * that user. It equals `approvalRetentionMs`.
 */
export const accountControlMs = 30 * 24 * 60 * 60 * 1_000;

/** For each account, the IDs of the other users who may control it. */
export type AccountControllers = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether two accounts belong to independent people: neither controls the other, and no one controls both. */
export type AreIndependent = (one: string, other: string) => boolean;

/** @returns a function that checks whether two accounts are independent, by their IDs */
export function independenceCheck(controllers: AccountControllers): AreIndependent {
  const possiblePeople = (id: string): Set<string> => new Set([id, ...(controllers.get(id) ?? [])]);
  return (one, other) => possiblePeople(one).isDisjointFrom(possiblePeople(other));
}

/** @returns whether two of the accounts are independent, so that each can approve the other's requests */
export const hasIndependentPair = (ids: readonly string[], areIndependent: AreIndependent): boolean =>
  ids.some((one, index) => ids.some((other, at) => at > index && areIndependent(one, other)));
