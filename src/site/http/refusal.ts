import path from 'node:path';
import type { Request } from 'express';
import { refusalReasonOf } from './availability.ts';
import { newApprovalPath, paths } from './paths.ts';
import { scopeOf } from './request.ts';
import type { AnswerRefusal } from './routing.ts';
import { targetStateOf } from '../../domain/approval-actions.ts';
import { activityStore } from '../../core/activity/index.ts';
import { usersStore } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Denial } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** Reasons for refusals that apply to every user of this portal. */
const unavailableHere: ReadonlySet<DenialReason> = new Set<DenialReason>([
  'elsewhere',
  'alone',
  'nobody',
  'tenantNobody',
]);
const unavailableEverywhere: ReadonlySet<DenialReason> = new Set<DenialReason>(['nobody', 'tenantNobody']);
/** Reasons for refusals that no Global admin can resolve. */
const beyondGlobalAdmins: ReadonlySet<DenialReason> = new Set<DenialReason>(['elsewhere', 'alone', 'nobody', 'self']);

/**
 * Responds to a denied action with the reason and the users or place that can help, or redirects to the approval
 * request if another administrator can approve the action. If no user of this portal may perform the action, a GET
 * request for a page gets status 200, because the page explains where it is performed. All other requests get status
 * 403.
 */
export function refusalPage(database: Database, clock: () => number): AnswerRefusal {
  return async (request, response, refusal, unrecorded) => {
    const scope = scopeOf(request);
    const byRules = unavailableHere.has(refusal.because);
    const contacts = beyondGlobalAdmins.has(refusal.because) ? [] : await usersStore.findGlobalAdmins(database, scope);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    // Respond with 403, because a page sent in place of a file would be saved as the download.
    const refusedFile = path.extname(request.path) !== '' && unavailableEverywhere.has(refusal.because);
    const status = byRules && reading && !refusedFile ? 200 : 403;
    if (unrecorded !== undefined && !reading) {
      const event = { kind: 'refused', action: unrecorded, because: refusal.because } as const;
      await activityStore.record(database, scope, event, null, clock());
    }
    const asking = approvalRequestPath(request, refusal);
    if (asking !== null) return response.redirect(303, asking);
    request.refusal = { reason: `denied.${refusal.because}` };
    response.page(
      'errors/refusal',
      { reason: refusalReasonOf(refusal), contacts },
      { title: `policy:${refusal.because}.title`, status },
    );
  };
}

// If another administrator must approve and the affected users are known, the user is redirected to the approval
// request.
function approvalRequestPath(request: Request, refusal: Denial): string | null {
  if (refusal.because !== 'secondAdministrator') return null;
  const { act, users } = refusal;
  const extra = act === 'exportLog' ? logFilterOf(request) : {};
  return targetStateOf[act] === undefined || users.length > 0 ? newApprovalPath(act, users, extra) : null;
}

// The approval request keeps the log's filter, so that the approval covers the same entries.
function logFilterOf({ path: file, query }: Request): Readonly<Record<string, string | null>> {
  const given = (name: string): string | null => (typeof query[name] === 'string' ? query[name] : null);
  const format = file === paths.activityJsonLines ? 'jsonl' : 'csv';
  return { format, of: given('user'), kind: given('kind'), from: given('from'), to: given('to') };
}
