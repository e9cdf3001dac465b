import { approvalReference, isApprovalInForce, type ApprovalSubject } from '../../domain/approvals.ts';
import { formerAdminProtection, type FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import type { RuleChange } from '../../domain/activity/event.ts';
import { approvalPath, paths, fillPath } from '../http/paths.ts';
import type { DisplayText } from '../http/view-models.ts';
import type { TextValues } from '../../i18n/translator.ts';
import { logHref } from '../activity/log-page.ts';
import { ruleValueText } from '../rules/rule-values.ts';
import { changesBetween } from '../../core/accounts/index.ts';
import { canDecide, type Approval } from '../../core/approvals/index.ts';
import type { ApprovalAction } from '../../domain/approval-actions.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Breadcrumb } from '../http/page-options.ts';

/** The icon of each action, on its button and in the list of requests. */
const icons: Readonly<Record<ApprovalAction, string>> = {
  resetPassword: 'key',
  removeSecondFactor: 'trash',
  giveGlobalAdmin: 'shield',
  restore: 'rotate-clockwise',
  delete: 'trash',
  exportUsers: 'download',
  exportLog: 'download',
  loosenRules: 'file-text',
};

const isWholeLog = (log: ApprovalSubject['log']): boolean =>
  Object.values(log?.part ?? {}).every((value) => value === null);

/**
 * @param name the display name of the affected user; null unless exactly one user is affected
 * @returns a sentence that describes the action
 */
function sentenceOf(act: ApprovalAction, { users, log }: ApprovalSubject, name: string | null) {
  const values: TextValues = { count: users.length, ...(name === null ? {} : { name }) };
  if (act === 'exportLog') {
    return {
      key: `approvals:what.exportLog.${isWholeLog(log) ? 'whole' : 'part'}.${log?.format ?? 'csv'}`,
      values: {},
    };
  }
  const many = act === 'delete' && users.length !== 1;
  if (users.length === 1 && name === null) return { key: `approvals:act.${act}`, values: {} };
  return { key: many ? 'approvals:what.deleteMany' : `approvals:what.${act}`, values };
}

/** A changed rule, with its values before and after the change. */
export interface RuleChangeModel {
  readonly rule: string;
  readonly from: DisplayText;
  readonly to: DisplayText;
}

const ruleChangeModel = ({ rule, from, to: next }: RuleChange): RuleChangeModel => ({
  rule,
  from: ruleValueText(rule, from),
  to: ruleValueText(rule, next),
});

// These details do not fit in the sentence: the filter of the log export and the changed rules.
const subjectDetails = ({ log, own }: ApprovalSubject) => ({
  logHref: log && !isWholeLog(log) ? logHref(log.part) : null,
  changes: own ? changesBetween(own.before, own.next).map(ruleChangeModel) : [],
});

/**
 * @returns the protection that applies to the first affected user who was recently a Global admin; null if there is
 * none
 */
export const formerGlobalAdminAmong = (
  scope: Scope,
  act: ApprovalAction,
  users: readonly User[],
): FormerAdminProtection | null =>
  users.map((user) => formerAdminProtection(scope, act, user)).find((former) => former !== null) ?? null;

/** The preview of a request that has not been submitted yet. */
export const requestPreview = (
  scope: Scope,
  act: ApprovalAction,
  subject: ApprovalSubject,
  users: readonly User[],
) => ({
  formerGlobalAdmin: formerGlobalAdminAmong(scope, act, users),
  icon: icons[act],
  isDestructive: act === 'delete',
  users,
  sentence: sentenceOf(act, subject, users.length === 1 ? (users[0]?.displayName ?? null) : null),
  ...subjectDetails(subject),
});

export const isPendingState = (state: Approval['state']): boolean => state === 'open' || state === 'confirmed';

/**
 * Builds the model of a request for lists and for its own page.
 * @param now the current time in epoch milliseconds; a request past its expiry is shown as expired even if its expiry
 * has not been recorded yet
 */
export function approvalModel(scope: Scope, approval: Approval, now: number) {
  const { id, act, subject, targetName, requester } = approval;
  const isExpired = isPendingState(approval.state) && !isApprovalInForce(approval, now);
  const state = isExpired ? 'lapsed' : approval.state;
  return {
    ...approval,
    isPending: isPendingState(state),
    // A request that has been performed, or that expired after its approval, must have been approved.
    answer: approval.state === 'declined' ? 'declined' : 'confirmed',
    reference: approvalReference(id),
    state,
    isOwn: requester.id === actingUserId(scope),
    icon: icons[act],
    href: approvalPath(id),
    performHref: fillPath(paths.performApproval, { approvalId: id }),
    isDestructive: act === 'delete',
    lapsedBy: state === 'lapsed' ? (approval.expiredBy ?? 'time') : null,
    sentence: sentenceOf(act, subject, targetName),
    ...subjectDetails(subject),
    isDecidable: state === 'open' && canDecide(scope, approval),
  };
}

export const settingsBreadcrumbs: Breadcrumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** Breadcrumbs of pages below the list of requests. */
export const approvalsBreadcrumbs: Breadcrumb[] = [
  ...settingsBreadcrumbs,
  { href: paths.approvals, label: 'approvals:title' },
];
