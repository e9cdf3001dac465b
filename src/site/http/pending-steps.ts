import { isCodePending, mustSetUpSecondFactor } from '../../domain/people/second-factor.ts';
import { paths } from './paths.ts';
import type { Middleware } from './request.ts';

// What every reader may reach whatever is asked of them; health and static files are served before.
const always = new Set<string>([paths.signOut, paths.language, paths.theme, paths.region]);

/**
 * Leads everybody of whom something is still asked to the page where they do it: first the code of their second factor,
 * then a password of their own, then the set-up of a second factor that the rules require. In this order, since a
 * password alone changes nothing, and one that others have seen sets nothing up. It stands before the routes, so that
 * no route, method or spelling of an address can be forgotten: what is not named here is closed.
 */
export function pendingSteps(): Middleware {
  return (request, response, next) => {
    const step = firstStepOf(request);
    if (step === null || step === request.path || always.has(request.path)) next();
    else response.redirect(303, step);
  };
}

function firstStepOf({ signedIn, scope }: Express.Request): string | null {
  if (signedIn === undefined || scope === undefined) return null;
  const { user, tenant } = signedIn.session;
  if (isCodePending(signedIn.session)) return paths.signInCode;
  if (user.password === 'temporary') return paths.changePassword;
  // Of an operator inside another tenant nothing is missing: `supportEnd` led out whoever lacks what is asked there.
  return mustSetUpSecondFactor(scope.rules, user, tenant.kind) ? paths.ownSecondFactor : null;
}
