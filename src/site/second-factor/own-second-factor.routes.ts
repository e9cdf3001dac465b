import type { Request, Response } from 'express';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { KnownDevices, AuthenticatedSession, SecondFactor, EnrollmentSeed } from '../../core/accounts/index.ts';
import { qrCodeOf } from './qr-code.ts';
import { type RecoveryCodesDependencies, securityBreadcrumbs, showRecoveryCodes } from './recovery-codes-page.ts';
import { missingFieldFaults, confirmationForm } from './second-factor.forms.ts';
import { bind } from '../../platform/bind.ts';
import type { ConfirmationPage, SetUpPage } from './second-factor.views.ts';
import { otpauthUri } from '../../platform/keys/totp.ts';

const isRequiredFor = (request: Request): boolean => {
  const { user, tenant } = sessionOf(request);
  return isSecondFactorRequired(scopeOf(request).rules, user.administratorLevel, tenant.kind);
};
/** @returns why the user must set up a second factor now; null if set-up is optional */
function requirementFor(request: Request): 'moved' | 'required' | null {
  if (sessionOf(request).user.secondFactorDue) return 'moved';
  return isRequiredFor(request) ? 'required' : null;
}
const hasSecondFactor = (request: Request): boolean => sessionOf(request).user.secondFactorAt !== null;

export interface OwnSecondFactorRoutesDependencies extends RecoveryCodesDependencies {
  readonly secondFactor: SecondFactor;
  readonly offer: EnrollmentSeed;
  readonly authentication: Authentication;
  readonly devices: KnownDevices;
  readonly cookies: Cookies;
  /** The issuer name that authenticator apps show. */
  readonly issuer: string;
}

/** Creates the routes for the user's own second factor: set-up, new recovery codes and removal. */
export function ownSecondFactorRoutes(deps: OwnSecondFactorRoutesDependencies): Route[] {
  const handlers = bind(deps, { showSetUp, submitSetUp, showConfirmation, submitConfirmation });
  const confirmedActions = [
    [paths.ownRecoveryCodes, 'renew'],
    [paths.removeOwnSecondFactor, 'remove'],
  ] as const;
  return [
    get(paths.ownSecondFactor, (request, response) => handlers.showSetUp(request, response)),
    post(paths.ownSecondFactor, handlers.submitSetUp),
    ...confirmedActions.flatMap(([path, action]) => [
      get(path, (request, response) => handlers.showConfirmation(request, response, action)),
      post(path, (request, response) => handlers.submitConfirmation(request, response, action)),
    ]),
  ];
}

const authenticatedOf = (request: Request): AuthenticatedSession => ({
  scope: scopeOf(request),
  session: sessionOf(request),
});

function seedOfferedTo({ offer }: OwnSecondFactorRoutesDependencies, request: Request): string {
  const { seed, kept } = offer(sessionOf(request), request.session.offeredSeed);
  request.session.offeredSeed = kept;
  return seed;
}

// The seed and its QR code appear in clear text only in this response.
function showSetUp(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[] = [],
): void {
  const { issuer, secondFactor } = deps;
  if (hasSecondFactor(request)) return response.redirect(303, paths.ownSecurity);
  const { user } = sessionOf(request);
  const seed = seedOfferedTo(deps, request);
  const requirement = requirementFor(request);
  const model: SetUpPage = {
    requirement,
    username: user.username,
    seed: seed.replace(/.{4}(?=.)/g, '$& '),
    qrCode: qrCodeOf(otpauthUri(seed, { issuer, label: user.username })),
    needsPassword: secondFactor.needsPassword({ session: sessionOf(request) }),
  };
  response.set('Referrer-Policy', 'no-referrer');
  const options = { title: 'second-factor:setUp.title', breadcrumbs: securityBreadcrumbs, scripts: ['reveal.js'] };
  response.page('second-factor/set-up', model, { ...options, faults, withoutNavigation: requirement !== null });
}

async function submitSetUp(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  if (hasSecondFactor(request)) return response.redirect(303, paths.ownSecurity);
  const { values } = readForm(confirmationForm, request.body);
  const typed = values ?? { currentPassword: '', code: '' };
  const seed = seedOfferedTo(deps, request);
  const result = await deps.secondFactor.setUp(authenticatedOf(request), seed, typed);
  if (result.outcome === 'invalid') return showSetUp(deps, request, response, [result.fault]);
  // This also removes the seed from the session data.
  await renewSession(deps, request, response, result.factorAt);
  return showRecoveryCodes(deps, request, response, result, requirementFor(request) !== null);
}

async function renewSession(
  { authentication, devices, cookies }: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  secondFactorAt: number | null,
): Promise<void> {
  const { id, user } = sessionOf(request);
  const { username, epoch } = user;
  await authentication.renew(request, { sessionId: id, epoch });
  // The known-browser cookie is bound to the second factor.
  cookies.persist(response, 'device', devices.issue({ username, epoch, secondFactorAt }));
}

async function showConfirmation(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  action: 'renew' | 'remove',
  faults: readonly PageFault[] = [],
): Promise<void> {
  const title = `second-factor:${action}.title`;
  if (!hasSecondFactor(request))
    return response.page('second-factor/not-set-up', undefined, { title, breadcrumbs: securityBreadcrumbs });
  const left = await deps.secondFactor.countRecoveryCodes({ scope: scopeOf(request), session: sessionOf(request) });
  const model: ConfirmationPage = {
    codesLeft: left ?? 0,
    username: sessionOf(request).user.username,
    isRequired: isRequiredFor(request),
  };
  response.page(`second-factor/${action}`, model, { title, faults, breadcrumbs: securityBreadcrumbs });
}

async function submitConfirmation(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  action: 'renew' | 'remove',
): Promise<void> {
  const { values } = readForm(confirmationForm, request.body);
  const missing = values === null || !hasSecondFactor(request) ? [] : missingFieldFaults(values);
  if (values === null || !hasSecondFactor(request) || missing.length > 0)
    return showConfirmation(deps, request, response, action, missing);
  if (action === 'renew') {
    const result = await deps.secondFactor.regenerateCodes(authenticatedOf(request), values);
    return result.outcome === 'done'
      ? showRecoveryCodes(deps, request, response, result, false)
      : showConfirmation(deps, request, response, action, [result.fault]);
  }
  const fault = await deps.secondFactor.remove(authenticatedOf(request), values);
  if (fault !== null) return showConfirmation(deps, request, response, action, [fault]);
  await renewSession(deps, request, response, null);
  request.session.notice = { kind: 'success', key: 'second-factor:remove.done' };
  return seeOther(request, response, paths.ownSecurity);
}
const access = 'profile.view';
const form = { keeps: [], changes: { notNeeded: 'requires the password and a code, rechecked under the lock' } };
const get = (path: string, handle: Route['handle']): Route => ({ method: 'get', path, access, handle });
const post = (path: string, handle: Route['handle']): Route => ({ method: 'post', path, access, form, handle });
