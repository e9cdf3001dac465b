import { paths } from '../http/paths.ts';
import type { Crumb } from '../http/page-options.ts';

export const inSettings: Crumb[] = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];
/** The pages above one request. */
export const inApprovals: Crumb[] = [...inSettings, { href: paths.approvals, label: 'approvals:title' }];
