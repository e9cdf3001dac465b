import type { Request, Response } from 'express';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { roundedWait } from '../http/errors.ts';
import { signInCodeForm } from './second-factor.forms.ts';
import type { SubmitCode } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';

export interface SignInCodeRoutesDependencies {
  readonly giveCode: SubmitCode;
  readonly authentication: Authentication;
}

/** The code step of the sign-in, after the password. */
export function signInCodeRoutes(deps: SignInCodeRoutesDependencies): Route[] {
  const handlers = bind(deps, { submit });
  return [
    {
      method: 'get',
      path: paths.signInCode,
      access: 'pendingCode',
      handle: (_request, response) => showForm(response, []),
    },
    { method: 'post', path: paths.signInCode, access: 'pendingCode', handle: handlers.submit },
  ];
}

function showForm(response: Response, faults: readonly PageFault[], status = faults.length > 0 ? 422 : 200): void {
  const model = { isRecoveryOpen: faults.some(({ field }) => field === 'recoveryCode') };
  response.page('second-factor/sign-in-code', model, {
    title: 'second-factor:signIn.title',
    faults,
    status,
    withoutNavigation: true,
  });
}

async function submit(deps: SignInCodeRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { giveCode, authentication } = deps;
  const { values } = readForm(signInCodeForm, request.body);
  const { typed, field } = values ?? { typed: '', field: 'code' };
  if (typed.trim() === '') return showForm(response, [{ field, key: 'second-factor:error.missing' }]);
  const session = sessionOf(request);
  const result = await giveCode(scopeOf(request), session, typed);
  if (result.outcome === 'refused') return showForm(response, [{ field, key: `second-factor:error.${field}` }]);
  if (result.outcome === 'throttled') {
    request.refusal = { reason: 'signIn.throttled' };
    const { unit, count } = roundedWait(result.retryAfter);
    response.set('Retry-After', String(result.retryAfter));
    return showForm(response, [{ field, key: `sign-in:error.${unit}`, values: { count } }], 429);
  }
  const next = request.session.returnTo ?? paths.dashboard;
  // Change the session id now that the user is fully authenticated.
  await authentication.renew(request, { sessionId: session.id, epoch: session.user.epoch });
  return seeOther(request, response, next);
}
