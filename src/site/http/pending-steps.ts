import { isCodePending, mustSetUpSecondFactor } from '../../domain/people/second-factor.ts';
import { carryDraftTo } from './kept-input.ts';
import { paths } from './paths.ts';
import type { Middleware } from './request.ts';

// Reachable whatever step is pending. Health checks and static files are served earlier.
const alwaysAllowed = new Set<string>([paths.signOut, paths.language, paths.theme, paths.region]);

/**
 * Redirects a user to their next pending step: the second-factor code, then replacing a temporary password, then
 * setting up a second factor that the rules require. The order matters: a session without the second factor must not
 * change anything, and a temporary password must not set up a factor, because others may have seen it. This runs before
 * the routes, so that no route, method or URL variant can bypass it.
 */
export function pendingSteps(): Middleware {
  return (request, response, next) => {
    const step = nextStepOf(request);
    if (step === null || step === request.path || alwaysAllowed.has(request.path)) next();
    else if (request.restored && carryDraftTo(request, step)) next();
    else response.redirect(303, step);
  };
}

function nextStepOf({ signedIn, scope }: Express.Request): string | null {
  if (signedIn === undefined || scope === undefined) return null;
  const { user, tenant } = signedIn.session;
  if (isCodePending(signedIn.session)) return paths.signInCode;
  if (user.password === 'temporary') return paths.changePassword;
  // Operators in a support session pass: `closeEndedSupportSession` has already ended the session if a factor is
  // missing.
  return mustSetUpSecondFactor(scope.rules, user, tenant.kind) ? paths.ownSecondFactor : null;
}
