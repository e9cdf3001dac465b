import { isCodePending, isSecondFactorRequired } from '../domain/second-factor.ts';
import { paths } from '../paths.ts';
import type { Middleware } from './request.ts';

// What every reader may reach whatever is asked of them; health and static files are served before.
const always = [paths.signOut, paths.language, paths.theme];

/**
 * Leads everybody who gave their password, and not yet the code of their second factor, to the page that asks for it.
 * It stands before the forced change: a password alone, temporary or not, changes nothing.
 */
export function pendingCode(): Middleware {
  const open = new Set<string>([paths.signInCode, ...always]);
  return (request, response, next) => {
    const pending = request.signedIn !== undefined && isCodePending(request.signedIn.session);
    if (!pending || open.has(request.path)) next();
    else response.redirect(303, paths.signInCode);
  };
}

/**
 * Leads everybody of whom the rules ask a second factor, and who has none, to its set-up. It stands behind the forced
 * change: a temporary password, which others have seen, sets nothing up.
 */
export function pendingSetUp(): Middleware {
  const open = new Set<string>([paths.ownSecondFactor, ...always]);
  return (request, response, next) => {
    const user = request.signedIn?.session.user;
    const rules = request.scope?.rules;
    const pending =
      user !== undefined &&
      rules !== undefined &&
      user.password === 'own' &&
      user.secondFactorAt === null &&
      isSecondFactorRequired(rules, user.administratorLevel);
    if (!pending || open.has(request.path)) next();
    else response.redirect(303, paths.ownSecondFactor);
  };
}
