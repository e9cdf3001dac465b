import type { LiveSession } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { paths } from './paths.ts';
import { renewCsrfToken } from './csrf.ts';
import { seeOther, type Middleware } from './request.ts';

/**
 * Returns an operator whose support access has ended to their own dashboard and says why. This runs before the
 * routes, so that no request reaches the tenant after the end.
 */
export function closeEndedSupportSession(support: Pick<Support, 'leaveEndedSupport'>): Middleware {
  return async (request, response, next) => {
    const session: LiveSession | undefined = request.signedIn?.session;
    if (!session?.support || session.supportEnd === null) return next();
    await support.leaveEndedSupport(session);
    // A sign-out proceeds as usual.
    if (request.path === paths.signOut) return next();
    renewCsrfToken(request);
    const { name } = session.support.tenant;
    request.session.notice = { kind: 'warning', key: `support:over.${session.supportEnd}`, values: { tenant: name } };
    await seeOther(request, response, paths.dashboard);
  };
}
