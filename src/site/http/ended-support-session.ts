import type { LiveSession } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { paths } from './paths.ts';
import { renewCsrfToken } from './csrf.ts';
import { seeOther, type Middleware } from './request.ts';

/**
 * Ends the support session of an operator whose access has ended, returns them to their own dashboard and explains why.
 * This runs before the routes, so that no later request reaches the tenant.
 */
export function closeEndedSupportSession(support: Pick<Support, 'leaveEndedSupport'>): Middleware {
  return async (request, response, next) => {
    const session: LiveSession | undefined = request.signedIn?.session;
    if (!session?.support || session.supportEnd === null) return next();
    await support.leaveEndedSupport(session);
    // Signing out works as usual.
    if (request.path === paths.signOut) return next();
    renewCsrfToken(request);
    const { name } = session.support.tenant;
    request.session.notice = { kind: 'warning', key: `support:over.${session.supportEnd}`, values: { tenant: name } };
    await seeOther(request, response, paths.dashboard);
  };
}
