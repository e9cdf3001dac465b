import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import type { LogExports } from '../activity/index.ts';
import type { Accounts } from '../accounts/index.ts';
import { createApprovals } from './approvals.ts';
import { lapseApprovals } from './lapse.ts';
import { createPerform } from './perform.ts';

export interface ApprovalsContextDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'users' | 'rules' | 'throttle' | 'tenants'>;
  readonly logExports: LogExports;
  readonly background: JobRunner;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** Requests of one administrator that another one approves. */
export function createApprovalsContext(deps: ApprovalsContextDependencies) {
  const { database, logExports, background, clock } = deps;
  const { users, rules, throttle, tenants } = deps.accounts;
  const approvals = createApprovals({ database, clock });
  background.add(lapseApprovals({ database, tenants, clock }));
  return { approvals, perform: createPerform({ database, approvals, users, logExports, rules, throttle, clock }) };
}

export * as approvalsStore from './approvals.store.ts';
export type { Approvals, Outlook, Wish } from './approvals.ts';
export { approvalsToLookAt, type ApprovalsToLookAt } from './attention.ts';
export { lapse } from './lapse.ts';
export type { Perform } from './perform.ts';
export { lapseOf, mayDecide, sees, whoMayDecide } from './recheck.ts';
export type { Approval } from './rows.ts';
