import type { Request, Response } from 'express';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { continueAfterSignIn } from '../http/continue.ts';
import { type Drafts, draftUserOf } from '../http/drafts.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import { takeReturnPath } from '../http/return-path.ts';
import type { Route } from '../http/routing.ts';
import { roundedWait } from '../http/errors.ts';
import { signInCodeForm } from './second-factor.forms.ts';
import { showCodePage } from './sign-in-code-page.ts';
import type { SubmitCode } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';

export interface SignInCodeRoutesDependencies {
  readonly giveCode: SubmitCode;
  readonly authentication: Authentication;
  readonly cookies: Cookies;
  readonly drafts: Drafts;
}

/** Creates the routes of the sign-in step that prompts for the second-factor code after the password. */
export function signInCodeRoutes(deps: SignInCodeRoutesDependencies): Route[] {
  const handlers = bind(deps, { submit });
  return [
    {
      method: 'get',
      path: paths.signInCode,
      access: 'pendingCode',
      handle: (_request, response) => showCodePage(response),
    },
    {
      method: 'post',
      path: paths.signInCode,
      access: 'pendingCode',
      form: { keeps: [], changes: { notNeeded: 'a code is used once' } },
      handle: handlers.submit,
    },
  ];
}

async function submit(deps: SignInCodeRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { giveCode, authentication, cookies, drafts } = deps;
  const { values } = readForm(signInCodeForm, request.body);
  const { typed, field } = values ?? { typed: '', field: 'code' };
  if (typed.trim() === '') return showCodePage(response, [{ field, key: 'second-factor:error.missing' }]);
  const session = sessionOf(request);
  const result = await giveCode(scopeOf(request), session, { typed, deviceToken: cookies.read(request, 'device') });
  if (result.outcome === 'refused') return showCodePage(response, [{ field, key: `second-factor:error.${field}` }]);
  if (result.outcome === 'throttled') {
    request.refusal = { reason: 'signIn.throttled' };
    const { unit, count } = roundedWait(result.retryAfter);
    response.set('Retry-After', String(result.retryAfter));
    return showCodePage(response, [{ field, key: `sign-in:error.${unit}`, values: { count } }], { status: 429 });
  }
  cookies.persist(response, 'device', result.deviceToken);
  const next = takeReturnPath(cookies, request, response) ?? paths.dashboard;
  // Change the session ID now that the user is fully authenticated, to prevent session fixation.
  await authentication.renew(request, { sessionId: session.id, epoch: session.user.epoch });
  return continueAfterSignIn(drafts, request, response, draftUserOf(scopeOf(request)), next);
}
