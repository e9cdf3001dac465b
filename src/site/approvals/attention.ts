import type { ApprovalsToLookAt, Approval } from '../../core/approvals/index.ts';
import { approvalPath, paths } from '../http/paths.ts';

/** @returns what the dashboard shows of requests that need the reader's attention */
export const approvalItems = ({ waiting, confirmed, declined }: ApprovalsToLookAt) =>
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
