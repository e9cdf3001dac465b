import { approvalReference, type ApprovalSubject } from '../../domain/approvals.ts';
import { formerAdminProtection, type FormerAdminProtection } from '../../domain/former-admin-protection.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import type { RuleChange } from '../../domain/activity/event.ts';
import { approvalPath, paths, to } from '../http/paths.ts';
import type { Shown } from '../http/view-models.ts';
import type { TextValues } from '../../i18n/translator.ts';
import { logHref } from '../activity/list.ts';
import { changesBetween } from '../../core/accounts/index.ts';
import { canDecide, type Approval } from '../../core/approvals/index.ts';
import type { ApprovalAction } from '../../domain/approval-actions.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Crumb } from '../http/page-options.ts';

/** How each act is marked, on its button and in the list. */
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

const isWhole = (log: ApprovalSubject['log']): boolean =>
  Object.values(log?.part ?? {}).every((value) => value === null);

/** @returns what an act is in a whole sentence. @param name of the one whom it is about, where it is about one */
function sentenceOf(act: ApprovalAction, { users, log }: ApprovalSubject, name: string | null) {
  const values: TextValues = { count: users.length, ...(name === null ? {} : { name }) };
  if (act === 'exportLog') {
    return { key: `approvals:what.exportLog.${isWhole(log) ? 'whole' : 'part'}.${log?.format ?? 'csv'}`, values: {} };
  }
  const many = act === 'delete' && users.length !== 1;
  if (users.length === 1 && name === null) return { key: `approvals:act.${act}`, values: {} };
  return { key: many ? 'approvals:what.deleteMany' : `approvals:what.${act}`, values };
}

/** A setting before and after, in words. */
export interface ShownChange {
  readonly rule: string;
  readonly from: Shown;
  readonly to: Shown;
}

const changeShown = ({ rule, from, to: next }: RuleChange): ShownChange => ({
  rule,
  from: ruleShown(rule, from),
  to: ruleShown(rule, next),
});

function ruleShown(rule: string, value: RuleChange['to']): Shown {
  if (value === null) return { key: 'activity:detail.asRegion' };
  if (typeof value === 'number') return { key: `account-settings:rules.value.${rule}`, values: { count: value } };
  return { key: `account-settings:rules.choice.${rule}.${value}` };
}

// What a sentence cannot hold: which part of the log, which rules.
const preciselyOf = ({ log, own }: ApprovalSubject) => ({
  logHref: log && !isWhole(log) ? logHref(log.part) : null,
  changes: own ? changesBetween(own.before, own.next).map(changeShown) : [],
});

/** @returns why the protection of Global admins still covers somebody whom an act is about; null where it does not */
export const formerAmong = (scope: Scope, act: ApprovalAction, users: readonly User[]): FormerAdminProtection | null =>
  users.map((user) => formerAdminProtection(scope, act, user)).find((former) => former !== null) ?? null;

/** What a page about a wish shows of it, before anybody was asked. */
export const wishShown = (scope: Scope, act: ApprovalAction, subject: ApprovalSubject, users: readonly User[]) => ({
  former: formerAmong(scope, act, users),
  icon: icons[act],
  danger: act === 'delete',
  users,
  sentence: sentenceOf(act, subject, users.length === 1 ? (users[0]?.displayName ?? null) : null),
  ...preciselyOf(subject),
});

/**
 * What a list or the dashboard shows of a request.
 * @param now epoch ms: what has run out is said to have lapsed, also before that was written down
 */
export function shown(scope: Scope, approval: Approval, now: number) {
  const { id, act, subject, targetName, requester } = approval;
  const waits = approval.state === 'open' || approval.state === 'confirmed';
  const state = waits && approval.expiresAt <= now ? 'lapsed' : approval.state;
  const own = requester.id === actingUserId(scope);
  return {
    ...approval,
    waits: state === 'open' || state === 'confirmed',
    // What was done, or lapsed, had been confirmed before.
    answer: approval.state === 'declined' ? 'declined' : 'confirmed',
    reference: approvalReference(id),
    state,
    own,
    icon: icons[act],
    href: approvalPath(id),
    performHref: to(paths.performApproval, { approvalId: id }),
    danger: act === 'delete',
    lapsedBy: state === 'lapsed' ? (approval.expiredBy ?? 'time') : null,
    sentence: sentenceOf(act, subject, targetName),
    ...preciselyOf(subject),
    decidable: state === 'open' && canDecide(scope, approval),
  };
}

export const inSettings: Crumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** The pages above one request. */
export const inApprovals: Crumb[] = [...inSettings, { href: paths.approvals, label: 'approvals:title' }];
