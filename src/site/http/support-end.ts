import type { LiveSession } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { paths } from './paths.ts';
import { renewCsrfToken } from './csrf.ts';
import { seeOther, type Middleware } from './request.ts';

/**
 * Leads an operator whose access to a tenant is over back to their own dashboard, and says why. It stands before the
 * routes, so that nothing more is done in that tenant, whatever was asked for.
 */
export function supportEnd(support: Pick<Support, 'leaveEndedSupport'>): Middleware {
  return async (request, response, next) => {
    const session: LiveSession | undefined = request.signedIn?.session;
    if (!session?.support || session.supportEnd === null) return next();
    await support.leaveEndedSupport(session);
    // Who wants to be gone is gone altogether.
    if (request.path === paths.signOut) return next();
    renewCsrfToken(request);
    const { name } = session.support.tenant;
    request.session.notice = { kind: 'warning', key: `support:over.${session.supportEnd}`, values: { tenant: name } };
    await seeOther(request, response, paths.dashboard);
  };
}
