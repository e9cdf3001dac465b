import type { Request, Response } from 'express';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { waitOf } from '../http/errors.ts';
import { codeForm } from './second-factor.forms.ts';
import type { SubmitCode } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';

export interface CodeRoutesDependencies {
  readonly giveCode: SubmitCode;
  readonly authentication: Authentication;
}

/** The page of the sign-in behind the password. */
export function codeRoutes(deps: CodeRoutesDependencies): Route[] {
  const handlers = bind(deps, { take });
  return [
    { method: 'get', path: paths.signInCode, access: 'pendingCode', handle: (_request, response) => ask(response, []) },
    { method: 'post', path: paths.signInCode, access: 'pendingCode', handle: handlers.take },
  ];
}

function ask(response: Response, faults: readonly PageFault[], status = faults.length > 0 ? 422 : 200): void {
  const model = { recovery: faults.some(({ field }) => field === 'recoveryCode') };
  response.page('second-factor/code', model, { title: 'second-factor:signIn.title', faults, status, alone: true });
}

async function take(deps: CodeRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { giveCode, authentication } = deps;
  const { values } = readForm(codeForm, request.body);
  const { typed, field } = values ?? { typed: '', field: 'code' };
  if (typed.trim() === '') return ask(response, [{ field, key: 'second-factor:error.missing' }]);
  const session = sessionOf(request);
  const result = await giveCode(scopeOf(request), session, typed);
  if (result.outcome === 'refused') return ask(response, [{ field, key: `second-factor:error.${field}` }]);
  if (result.outcome === 'throttled') {
    const { unit, count } = waitOf(result.retryAfter);
    response.set('Retry-After', String(result.retryAfter));
    return ask(response, [{ field, key: `sessions:error.${unit}`, values: { count } }], 429);
  }
  const next = request.session.returnTo ?? paths.dashboard;
  // What the password alone had opened goes on under another id.
  await authentication.renew(request, { sessionId: session.id, epoch: session.user.epoch });
  return seeOther(request, response, next);
}
