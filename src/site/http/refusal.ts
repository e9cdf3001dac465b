import path from 'node:path';
import type { Request } from 'express';
import { reasonOf } from './offers.ts';
import { askPath, paths } from './paths.ts';
import { scopeOf } from './request.ts';
import type { AnswerRefusal } from './routing.ts';
import { targetStateOf } from '../../domain/approval-actions.ts';
import { activityStore } from '../../core/activity/index.ts';
import { usersStore } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Denial } from '../../domain/policy-decision.ts';
import type { DenialReason } from '../../domain/denial-reason.ts';

/** What is not done here at all, whoever asks. */
const notDone: ReadonlySet<DenialReason> = new Set<DenialReason>(['elsewhere', 'alone', 'nobody', 'tenantNobody']);
const nobodyDoes: ReadonlySet<DenialReason> = new Set<DenialReason>(['nobody', 'tenantNobody']);
/** Where no Global admin could do more. */
const withoutHelp: ReadonlySet<DenialReason> = new Set<DenialReason>(['elsewhere', 'alone', 'nobody', 'self']);

/**
 * Says why something is not done here and who, or which place, can help. Asked for by its address, a page that is
 * elsewhere is a way there and no error; what was sent by a form, and what the reader's level does not allow, is 403.
 */
export function refusalPage(database: Database, clock: () => number): AnswerRefusal {
  return async (request, response, refusal, unrecorded) => {
    const scope = scopeOf(request);
    const byRules = notDone.has(refusal.because);
    const helpers = withoutHelp.has(refusal.because) ? [] : await usersStore.findGlobalAdmins(database, scope);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    // Of a file that nobody gives there is no page to show instead: who asked for it is refused.
    const refusedFile = path.extname(request.path) !== '' && nobodyDoes.has(refusal.because);
    const status = byRules && reading && !refusedFile ? 200 : 403;
    if (unrecorded !== undefined && !reading) {
      const event = { kind: 'refused', action: unrecorded, because: refusal.because } as const;
      await activityStore.record(database, scope, event, null, clock());
    }
    const asking = askingPath(request, refusal);
    if (asking !== null) return response.redirect(303, asking);
    response.page(
      'errors/refusal',
      { reason: reasonOf(refusal), helpers },
      { title: `policy:${refusal.because}.title`, status },
    );
  };
}

// Where another administrator must agree, there is a page on which they are asked; it needs to know about whom.
function askingPath(request: Request, refusal: Denial): string | null {
  if (refusal.because !== 'secondAdministrator') return null;
  const { act, users } = refusal;
  const more = act === 'exportLog' ? partOfLog(request) : {};
  return targetStateOf[act] === undefined || users.length > 0 ? askPath(act, users, more) : null;
}

// Which part of the log it is about goes along.
function partOfLog({ path: file, query }: Request): Readonly<Record<string, string | null>> {
  const given = (name: string): string | null => (typeof query[name] === 'string' ? query[name] : null);
  const format = file === paths.activityJsonLines ? 'jsonl' : 'csv';
  return { format, of: given('user'), kind: given('kind'), from: given('from'), to: given('to') };
}
