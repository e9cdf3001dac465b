import type { ApprovalState, ApprovalSubject } from '../../domain/approvals.ts';
import type { ApprovalAction, ExpiryReason } from '../../domain/approval-actions.ts';

/** Somebody who asked or answered, as they were then. */
export interface ApprovalParty {
  readonly id: string;
  readonly epoch: number;
  readonly name: string;
  /** What tells them from a namesake: everybody's name can be edited. */
  readonly username: string;
}

/** What one administrator has asked another to agree to. Times are epoch ms. */
export interface Approval {
  readonly id: string;
  readonly act: ApprovalAction;
  readonly subject: ApprovalSubject;
  readonly reason: string;
  readonly state: ApprovalState;
  readonly lapsedBy: ExpiryReason | null;
  readonly asker: ApprovalParty;
  /** Who confirmed or declined it. */
  readonly decider: ApprovalParty | null;
  readonly remark: string;
  /** The name of the one whom it is about, where it is about one. */
  readonly targetName: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedAt: number | null;
  readonly endedAt: number | null;
}

/** A row of the table. */
export interface ApprovalRecord {
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

/** A row with the names that belong to its ids. */
export interface NamedApproval extends ApprovalRecord {
  asker_name: string | null;
  asker_username: string | null;
  decider_name: string | null;
  decider_username: string | null;
  target_name: string | null;
}

export function toApproval(row: NamedApproval): Approval {
  const { decider_id: deciderId } = row;
  return {
    id: row.id,
    act: row.act,
    subject: JSON.parse(row.subject) as ApprovalSubject,
    reason: row.reason,
    state: row.state,
    lapsedBy: row.lapsed_by,
    asker: partyOf(row.asker_id, row.asker_epoch, row.asker_name, row.asker_username),
    decider: deciderId === null ? null : partyOf(deciderId, row.decider_epoch, row.decider_name, row.decider_username),
    remark: row.remark ?? '',
    targetName: row.target_name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    endedAt: row.ended_at,
  };
}

const partyOf = (id: string, epoch: number | null, name: string | null, username: string | null): ApprovalParty => ({
  id,
  epoch: epoch ?? -1,
  name: name ?? '',
  username: username ?? '',
});
