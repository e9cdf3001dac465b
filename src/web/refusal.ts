import type { Request } from 'express';
import { askPath, paths } from '../paths.ts';
import { amongOf } from '../domain/approvals.ts';
import type { Refused } from '../domain/policy.ts';
import type { Stores } from '../stores.ts';
import { scopeOf } from './request.ts';
import type { AnswerRefusal } from './routing.ts';

/**
 * Says why something is not done here and who, or which place, can help. Asked for by its address, a page that is
 * elsewhere is a way there and no error; what was sent by a form, and what the reader's level does not allow, is 403.
 */
export function refusalPage(stores: Stores, clock: () => number): AnswerRefusal {
  return async (request, response, refusal, unrecorded) => {
    const scope = scopeOf(request);
    const byRegion = ['elsewhere', 'alone', 'nobody'].includes(refusal.because);
    const helpers = byRegion || refusal.because === 'self' ? [] : await stores.users.findGlobalAdmins(scope);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const status = byRegion && reading ? 200 : 403;
    if (unrecorded !== undefined && !reading) {
      const event = { kind: 'refused', action: unrecorded, because: refusal.because } as const;
      await stores.activity.record(scope, event, null, clock());
    }
    const asking = askingPath(request, refusal);
    if (asking !== null) return response.redirect(303, asking);
    response.page(
      'errors/refusal',
      { refusal, byRegion, helpers, rules: scope.rules },
      { title: `policy:${refusal.because}.title`, status },
    );
  };
}

// Where another administrator must agree, there is a page on which they are asked; it needs to know about whom.
function askingPath(request: Request, refusal: Refused): string | null {
  if (refusal.because !== 'secondAdministrator') return null;
  const { act, users } = refusal;
  const more = act === 'exportLog' ? partOfLog(request) : {};
  return amongOf[act] === undefined || users.length > 0 ? askPath(act, users, more) : null;
}

// Which part of the log it is about goes along.
function partOfLog({ path, query }: Request): Readonly<Record<string, string | null>> {
  const given = (name: string): string | null => (typeof query[name] === 'string' ? query[name] : null);
  const format = path === paths.activityJsonLines ? 'jsonl' : 'csv';
  return { format, of: given('user'), kind: given('kind'), from: given('from'), to: given('to') };
}
