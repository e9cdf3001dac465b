import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths, approvalPath } from '../http/paths.ts';
import { dayOf } from '../activity/days.ts';
import { logHref } from '../activity/list.ts';
import { maxCounted, dashboardStore } from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { PendingApprovals, Approval } from '../../core/approvals/index.ts';

/** One thing that an administrator should look at, in words, and the page on which to do something about it. */
export interface Attention {
  readonly icon: string;
  /** Whether something is amiss; nothing said means that it is. */
  readonly tone?: 'warning' | 'success' | 'info';
  readonly title: string;
  readonly count: number;
  readonly text: string;
  readonly href: string;
}

const minGlobalAdmins = 2;
const dayMs = 24 * 60 * 60 * 1_000;

/**
 * What needs attention in the scope's tenant, the most urgent first.
 * @param globalAdmins how many can sign in
 * @param now epoch ms
 */
export async function attentionOf(
  database: Database,
  scope: Scope,
  globalAdmins: number,
  now: number,
): Promise<Attention[]> {
  const [users, throttled] = [
    await attentionToUsers(database, scope, now),
    await attentionToSignIns(database, scope, now),
  ];
  const few: Attention = {
    icon: 'shield',
    title: 'dashboard:fewGlobalAdmins.title',
    count: globalAdmins,
    text: 'dashboard:fewGlobalAdmins.text',
    href: `${paths.users}?level=global`,
  };
  return [...(globalAdmins < minGlobalAdmins ? [few] : []), ...throttled, ...users];
}

async function attentionToUsers(database: Database, scope: Scope, now: number): Promise<Attention[]> {
  // Where users are managed at another place, there is no list here to lead to.
  if (!may(scope, 'users.list').allowed) return [];
  const { expired, expiring } = await dashboardStore.countTemporaryPasswords(database, scope, now, now + dayMs);
  const href = (status: string): string => `${paths.users}?status=${status}`;
  return [
    { icon: 'key', ...worded('expired', expired), href: href('expired') },
    { icon: 'clock', ...worded('expiring', expiring), href: href('passwordChange') },
  ].filter(({ count }) => count > 0);
}

async function attentionToSignIns(database: Database, scope: Scope, now: number): Promise<Attention[]> {
  if (!may(scope, 'activity.view').allowed) return [];
  const count = await activityStore.countThrottled(database, scope, now - dayMs);
  const href = logHref({ kind: 'throttled', from: dayOf(now - dayMs) });
  return count === 0 ? [] : [{ icon: 'alert-triangle', ...worded('throttled', count), href }];
}

// A count that stops somewhere says so.
const worded = (what: string, count: number) => ({
  count,
  title: `dashboard:attention.${what}.${count > maxCounted ? 'many' : 'title'}`,
  text: `dashboard:attention.${what}.text`,
});

/** @returns what the dashboard shows of requests that need the reader's attention */
export const approvalItems = ({ waiting, confirmed, declined }: PendingApprovals) =>
  [
    { ...item('waiting', waiting), icon: 'users', tone: 'warning' as const },
    { ...item('confirmed', confirmed), icon: 'circle-check', tone: 'success' as const },
    { ...item('declined', declined), icon: 'x', tone: 'info' as const },
  ].filter(({ count }) => count > 0);

// A single request links to its own page, several to the list.
function item(what: string, found: readonly Approval[]) {
  const [only] = found;
  const href = only !== undefined && found.length === 1 ? approvalPath(only.id) : paths.approvals;
  const [title, text] = [`approvals:attention.${what}.title`, `approvals:attention.${what}.text`];
  return { title, text, count: found.length, href };
}
