import type { ApprovalState, ApprovalSubject } from '../../domain/approvals.ts';
import type { ApprovalAction, ExpiryReason } from '../../domain/approval-actions.ts';

/** The requester or the approver, with the epoch at the time of the request or decision. */
export interface ApprovalParticipant {
  readonly id: string;
  readonly epoch: number;
  readonly name: string;
  /** Distinguishes users with the same display name. */
  readonly username: string;
}

/**
 * One administrator's request for another's approval. Times are epoch ms. The database stores the states `open`,
 * `confirmed` (approved) and `lapsed` (expired), and the columns `asker_…` (requester) and `decider_…` (approver).
 */
export interface Approval {
  readonly id: string;
  readonly act: ApprovalAction;
  readonly subject: ApprovalSubject;
  readonly reason: string;
  readonly state: ApprovalState;
  readonly expiredBy: ExpiryReason | null;
  readonly requester: ApprovalParticipant;
  /** The administrator who approved or declined the request; null if the request was not decided. */
  readonly approver: ApprovalParticipant | null;
  readonly remark: string;
  /** The display name of the affected user; null unless exactly one user is affected. */
  readonly targetName: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedAt: number | null;
  readonly endedAt: number | null;
}

/** A row of the `approvals` table. */
export interface ApprovalRow {
  id: string;
  tenant_id: string;
  act: ApprovalAction;
  asker_id: string;
  asker_epoch: number;
  target_id: string | null;
  subject: string;
  reason: string;
  state: ApprovalState;
  created_at: number;
  expires_at: number;
  decider_id: string | null;
  decider_epoch: number | null;
  remark: string | null;
  decided_at: number | null;
  ended_at: number | null;
  lapsed_by: ExpiryReason | null;
}

/** A row with the joined names. */
export interface NamedApprovalRow extends ApprovalRow {
  asker_name: string | null;
  asker_username: string | null;
  decider_name: string | null;
  decider_username: string | null;
  target_name: string | null;
}

export function toApproval(row: NamedApprovalRow): Approval {
  const { decider_id: approverId } = row;
  return {
    id: row.id,
    act: row.act,
    subject: JSON.parse(row.subject) as ApprovalSubject,
    reason: row.reason,
    state: row.state,
    expiredBy: row.lapsed_by,
    requester: toParticipant(row.asker_id, row.asker_epoch, row.asker_name, row.asker_username),
    approver:
      approverId === null ? null : toParticipant(approverId, row.decider_epoch, row.decider_name, row.decider_username),
    remark: row.remark ?? '',
    targetName: row.target_name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    endedAt: row.ended_at,
  };
}

const toParticipant = (
  id: string,
  epoch: number | null,
  name: string | null,
  username: string | null,
): ApprovalParticipant => ({
  id,
  epoch: epoch ?? -1,
  name: name ?? '',
  username: username ?? '',
});
