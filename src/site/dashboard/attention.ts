import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths, approvalPath } from '../http/paths.ts';
import { localDateOf } from '../activity/local-dates.ts';
import { logHref } from '../activity/log-page.ts';
import { hasApprovers, dashboardStore } from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { PendingApprovals, Approval } from '../../core/approvals/index.ts';

/** An item that needs an administrator's attention, with a link to the page where it can be resolved. */
export interface AttentionItem {
  readonly icon: string;
  /** The tone of the message; defaults to `warning`. */
  readonly tone?: 'warning' | 'success' | 'info';
  readonly title: string;
  readonly count: number;
  readonly text: string;
  readonly href: string;
}

const minGlobalAdmins = 2;
const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Lists what needs attention in the tenant, most urgent first.
 * @param globalAdmins the number of Global admins who can sign in
 * @param now the current time in epoch milliseconds
 */
export async function attentionItems(
  database: Database,
  scope: Scope,
  globalAdmins: number,
  now: number,
): Promise<AttentionItem[]> {
  const [users, throttled] = [
    await temporaryPasswordItems(database, scope, now),
    await throttledSignInItems(database, scope, now),
  ];
  const fewGlobalAdmins: AttentionItem = {
    icon: 'shield',
    title: globalAdmins === 0 ? 'dashboard:fewGlobalAdmins.noneTitle' : 'dashboard:fewGlobalAdmins.title',
    count: globalAdmins,
    text: 'dashboard:fewGlobalAdmins.text',
    href: `${paths.users}?level=global`,
  };
  const noApprovers = await noApproversItems(database, scope, now);
  return [...noApprovers, ...(globalAdmins < minGlobalAdmins ? [fewGlobalAdmins] : []), ...throttled, ...users];
}

// The region's rules can require approvals even in a tenant without approvers, for example after a move to this region.
async function noApproversItems(database: Database, scope: Scope, now: number): Promise<AttentionItem[]> {
  if (scope.rules.twoAdministrators.for.length === 0 || (await hasApprovers(database, scope, now))) return [];
  const [title, text] = ['dashboard:noApprovers.title', 'dashboard:noApprovers.text'];
  return [{ icon: 'users', title, text, count: 0, href: paths.approvals }];
}

async function temporaryPasswordItems(database: Database, scope: Scope, now: number): Promise<AttentionItem[]> {
  // If users are managed elsewhere, there is no list to link to.
  if (!may(scope, 'users.list').allowed) return [];
  const { expired, expiring } = await dashboardStore.countTemporaryPasswords(database, scope, now, now + dayMs);
  const href = (status: string): string => `${paths.users}?status=${status}`;
  return [
    { icon: 'key', ...attentionTexts('expired', expired), href: href('expired') },
    { icon: 'clock', ...attentionTexts('expiring', expiring), href: href('passwordChange') },
  ].filter(({ count }) => count > 0);
}

async function throttledSignInItems(database: Database, scope: Scope, now: number): Promise<AttentionItem[]> {
  if (!may(scope, 'activity.view').allowed) return [];
  const count = await activityStore.countThrottled(database, scope, now - dayMs);
  const href = logHref({ kind: 'throttled', from: localDateOf(now - dayMs) });
  return count === 0 ? [] : [{ icon: 'alert-triangle', ...attentionTexts('throttled', count), href }];
}

// Counting stops at `maxCounted`. Above that, the message says "more than".
const attentionTexts = (what: string, count: number) => ({
  count,
  title: `dashboard:attention.${what}.${count > dashboardStore.maxCounted ? 'many' : 'title'}`,
  text: `dashboard:attention.${what}.text`,
});

/** @returns the approval requests that need the user's attention, as dashboard items */
export const approvalItems = ({ waiting, confirmed, declined }: PendingApprovals) =>
  [
    { ...approvalItem('waiting', waiting), icon: 'users', tone: 'warning' as const },
    { ...approvalItem('confirmed', confirmed), icon: 'circle-check', tone: 'success' as const },
    { ...approvalItem('declined', declined), icon: 'x', tone: 'info' as const },
  ].filter(({ count }) => count > 0);

// A single request links to its own page. Several requests link to the list.
function approvalItem(what: string, found: readonly Approval[]) {
  const [only] = found;
  const href = only !== undefined && found.length === 1 ? approvalPath(only.id) : paths.approvals;
  const [title, text] = [`approvals:attention.${what}.title`, `approvals:attention.${what}.text`];
  return { title, text, count: found.length, href };
}
