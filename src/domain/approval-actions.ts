import type { ApprovalRule } from './regions.ts';
import type { Action } from './roles.ts';

/** The actions that an administrator can request and another must approve. */
export const approvalActions = [
  'resetPassword',
  'removeSecondFactor',
  'giveGlobalAdmin',
  'restore',
  'delete',
  'exportUsers',
  'exportLog',
  'loosenRules',
] as const;

export type ApprovalAction = (typeof approvalActions)[number];

/**
 * The rule that makes approval mandatory for an action. `loosenRules` has no rule, because it always requires approval.
 */
export const approvalRuleOf: Readonly<Record<Exclude<ApprovalAction, 'loosenRules'>, ApprovalRule>> = {
  resetPassword: 'resetGlobalAdmin',
  // A second factor protects an account as much as the password does, so the same rule applies.
  removeSecondFactor: 'resetGlobalAdmin',
  giveGlobalAdmin: 'giveGlobalAdmin',
  // Restoring a Global admin also restores the level.
  restore: 'giveGlobalAdmin',
  delete: 'deleteMany',
  exportUsers: 'export',
  exportLog: 'export',
};

/** The policy action that both the requester and the approver must be allowed to perform. */
export const policyActionOf: Readonly<Record<ApprovalAction, Action>> = {
  resetPassword: 'users.resetPassword',
  removeSecondFactor: 'users.removeSecondFactor',
  giveGlobalAdmin: 'users.edit',
  restore: 'users.restore',
  delete: 'users.delete',
  exportUsers: 'users.export',
  exportLog: 'activity.export',
  loosenRules: 'accountSettings.edit',
};

/**
 * The required state of the users affected by an action. An action without an entry does not affect individual users.
 */
export const targetStateOf: Readonly<Partial<Record<ApprovalAction, 'present' | 'deleted'>>> = {
  resetPassword: 'present',
  removeSecondFactor: 'present',
  giveGlobalAdmin: 'present',
  restore: 'deleted',
  delete: 'present',
};

/**
 * Why a request expired: its time limit passed, its requester (`asker`) or approver (`confirmer`) lost the permission,
 * its subject changed, or the tenant moved to another region.
 */
export type ExpiryReason = 'time' | 'asker' | 'confirmer' | 'subject' | 'move';
