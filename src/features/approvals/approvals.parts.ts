import type { Work } from '../../background.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { AnswerRefusal, Route } from '../../web/routing.ts';
import type { LogExports } from '../activity/activity.export.ts';
import { logFiles } from '../activity/activity.send.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { handOverSheet } from '../users/hand-over-sheet.ts';
import { revealTo } from '../users/users.reveal.ts';
import { askRoutes } from './approvals.ask.routes.ts';
import { createHanding } from './approvals.handing.ts';
import { lapseApprovals } from './approvals.lapse.ts';
import { createPerform, type PerformParts } from './approvals.perform.ts';
import { approvalsRoutes } from './approvals.routes.ts';
import { createApprovals } from './approvals.ts';

/** Puts the rooms of this feature together. @returns its routes, and what it does beside the requests */
export function approvalsFeature(
  parts: Omit<PerformParts, 'approvals' | 'logExports'> & {
    readonly logExports: LogExports;
    readonly tenants: Tenants;
    readonly sheet: ReturnType<typeof handOverSheet>;
    readonly regionRules: RegionRules;
    readonly answerRefusal: AnswerRefusal;
  },
): { routes: Route[]; work: Work } {
  const { stores, clock, regionRules, answerRefusal, usersExport, logExports } = parts;
  const approvals = createApprovals({ stores, clock });
  const hand = createHanding({
    ...{ approvals, usersExport, logExports, answerRefusal },
    perform: createPerform({ ...parts, approvals }),
    reveal: revealTo(parts.sheet),
    sendLog: logFiles(clock),
  });
  return {
    // The page for a new request comes first: its address could be that of one.
    routes: [
      ...askRoutes({ stores, approvals, regionRules, answerRefusal }),
      ...approvalsRoutes({ stores, approvals, hand, answerRefusal, clock }),
    ],
    work: lapseApprovals({ stores, tenants: parts.tenants, clock }),
  };
}
