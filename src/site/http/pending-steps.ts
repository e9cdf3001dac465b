import type { Request } from 'express';
import { isCodePending, mustSetUpSecondFactor } from '../../domain/people/second-factor.ts';
import { draftUserOf } from './drafts.ts';
import { carryDraftTo, carryInputTo, type Interruption, type CarryDependencies } from './carried-input.ts';
import { paths } from './paths.ts';
import { scopeOf, type Middleware } from './request.ts';

// These paths are reachable whichever step is pending. Health checks and static files are served before this
// middleware.
const alwaysAllowed = new Set<string>([paths.signOut, paths.language, paths.theme, paths.region]);

/**
 * Redirects a user to the next pending step: entering the second-factor code, then choosing a password in place of a
 * temporary one, then setting up a second factor that the rules require. The order matters: without the second factor,
 * a session must not change anything. A session with a temporary password must not set up a factor, because others may
 * have seen that password. This runs before the routes, so that no route, method or URL spelling can bypass it. If a
 * form is interrupted, the step's page carries what was typed.
 */
export function pendingSteps(keptInput: CarryDependencies): Middleware {
  return (request, response, next) => {
    const step = nextStepOf(request);
    if (step === null || step === request.path || alwaysAllowed.has(request.path)) next();
    else if (request.restored && carryDraftTo(request, step)) next();
    else if (carryInputTo(keptInput, request, response, interruptionBy(step, request))) next();
    else response.redirect(303, step);
  };
}

const interruptionBy = (page: string, request: Request): Interruption => ({
  page,
  user: draftUserOf(scopeOf(request)),
  notice: { kind: 'warning', key: 'errors:input.stepKept' },
  reason: 'stepPending',
});

/** @returns the page of the step that a user must complete before changing their account; null if there is none */
export function nextStepOf({ signedIn, scope }: Express.Request): string | null {
  if (signedIn === undefined || scope === undefined) return null;
  const { user, tenant } = signedIn.session;
  if (isCodePending(signedIn.session)) return paths.signInCode;
  if (user.password === 'temporary') return paths.changePassword;
  // Operators in a support session need no check here, because `closeEndedSupportSession` has ended the session if they
  // lack a required factor.
  return mustSetUpSecondFactor(scope.rules, user, tenant.kind) ? paths.ownSecondFactor : null;
}
