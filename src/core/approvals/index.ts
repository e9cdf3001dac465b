import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import type { LogExports } from '../activity/index.ts';
import type { Accounts } from '../accounts/index.ts';
import { createApprovals } from './approvals.ts';
import { createApprovalExpiry } from './expire-approvals.ts';
import { createPerform } from './perform-approval.ts';

export interface ApprovalsContextDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'users' | 'rules' | 'throttle' | 'tenants'>;
  readonly logExports: LogExports;
  readonly background: JobRunner;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
}

/** Approvals: administrators' requests, the decisions on them, and the approved actions. */
export function createApprovalsContext(deps: ApprovalsContextDependencies) {
  const { database, logExports, background, clock } = deps;
  const { users, rules, throttle, tenants } = deps.accounts;
  const approvals = createApprovals({ database, clock });
  background.add(createApprovalExpiry({ database, tenants, clock }));
  return { approvals, perform: createPerform({ database, approvals, users, logExports, rules, throttle, clock }) };
}

export * as approvalsStore from './approvals.store.ts';
export type { Approvals, ApprovalRequirement, RequestedApproval } from './approvals.ts';
export { findPendingApprovals, type PendingApprovals } from './pending-approvals.ts';
export { expire } from './expire-approvals.ts';
export type { Perform } from './perform-approval.ts';
export { findExpiryReason, canDecide, canSee, findApprovers } from './approval-policy.ts';
export type { Approval } from './approvals.mapping.ts';
