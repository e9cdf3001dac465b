import type { ApprovalRule } from './regions.ts';
import type { Action } from './roles.ts';

/** What an administrator asks another to agree to. */
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

/** The rule that asks for it; none can be named for what takes such a rule away. */
export const approvalRuleOf: Readonly<Record<Exclude<ApprovalAction, 'loosenRules'>, ApprovalRule>> = {
  resetPassword: 'resetGlobalAdmin',
  // The second half of a way in, as the password is the first.
  removeSecondFactor: 'resetGlobalAdmin',
  giveGlobalAdmin: 'giveGlobalAdmin',
  // Whoever comes back as a Global admin is given the level as much as somebody who never had it.
  restore: 'giveGlobalAdmin',
  delete: 'deleteMany',
  exportUsers: 'export',
  exportLog: 'export',
};

/** What the judge is asked about whoever does it, or agrees to it. */
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

/** Acts that are about people, and where these are looked for. */
export const targetStateOf: Readonly<Partial<Record<ApprovalAction, 'present' | 'deleted'>>> = {
  resetPassword: 'present',
  removeSecondFactor: 'present',
  giveGlobalAdmin: 'present',
  restore: 'deleted',
  delete: 'present',
};

/** Why a request lapsed: its time was over; who asked, or agreed, may not any more; or what it is about has changed. */
export type ExpiryReason = 'time' | 'asker' | 'confirmer' | 'subject' | 'move';
