import type { LiveSession } from '../../core/accounts/index.ts';
import type { Support } from '../../core/support/index.ts';
import { paths } from './paths.ts';
import { renewCsrfToken } from './csrf.ts';
import { carryInputTo, type CarryDependencies } from './carried-input.ts';
import type { PageNotice } from './page-options.ts';
import { seeOther, type Middleware } from './request.ts';

/**
 * Ends the support session of an operator whose access has ended, returns them to their own dashboard and explains why.
 * This runs before the routes, so that no later request reaches the tenant. If a form is interrupted, the dashboard
 * carries the operator's input until the operator opens the tenant again.
 */
export function closeEndedSupportSession(
  support: Pick<Support, 'leaveEndedSupport'>,
  keptInput: CarryDependencies,
): Middleware {
  return async (request, response, next) => {
    const session: LiveSession | undefined = request.signedIn?.session;
    if (!session?.support || session.supportEnd === null) return next();
    await support.leaveEndedSupport(session);
    // Signing out works as usual.
    if (request.path === paths.signOut) return next();
    renewCsrfToken(request);
    const { id: tenantId, name } = session.support.tenant;
    const notice: PageNotice = { kind: 'warning', key: `support:over.${session.supportEnd}`, values: { tenant: name } };
    const user = { userId: session.user.id, tenantId };
    const interruption = { user, page: paths.dashboard, notice, reason: 'supportEnded' };
    if (carryInputTo(keptInput, request, response, interruption)) return next();
    request.session.notice = notice;
    await seeOther(request, response, paths.dashboard);
  };
}
