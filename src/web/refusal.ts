import path from 'node:path';
import type { Refusal } from '../domain/policy.ts';
import type { Stores } from '../stores.ts';
import { scopeOf } from './request.ts';
import type { AnswerRefusal } from './routing.ts';

/** What is not done here at all, whoever asks. */
const notDone: ReadonlySet<Refusal> = new Set<Refusal>(['elsewhere', 'alone', 'nobody', 'tenantNobody']);
const nobodyDoes: ReadonlySet<Refusal> = new Set<Refusal>(['nobody', 'tenantNobody']);
/** Where no Global admin could do more. */
const withoutHelp: ReadonlySet<Refusal> = new Set<Refusal>(['elsewhere', 'alone', 'nobody', 'self']);

/**
 * Says why something is not done here and who, or which place, can help. Asked for by its address, a page that is
 * elsewhere is a way there and no error; what was sent by a form, and what the reader's level does not allow, is 403.
 */
export function refusalPage(stores: Stores, clock: () => number): AnswerRefusal {
  return async (request, response, refusal, unrecorded) => {
    const scope = scopeOf(request);
    const byRules = notDone.has(refusal.because);
    const helpers = withoutHelp.has(refusal.because) ? [] : await stores.users.findGlobalAdmins(scope);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    // Of a file that nobody gives there is no page to show instead: who asked for it is refused.
    const refusedFile = path.extname(request.path) !== '' && nobodyDoes.has(refusal.because);
    const status = byRules && reading && !refusedFile ? 200 : 403;
    if (unrecorded !== undefined && !reading) {
      const event = { kind: 'refused', action: unrecorded, because: refusal.because } as const;
      await stores.activity.record(scope, event, null, clock());
    }
    response.page('errors/refusal', { refusal, helpers }, { title: `policy:${refusal.because}.title`, status });
  };
}
