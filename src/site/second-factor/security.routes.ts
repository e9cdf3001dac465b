import type { Request, Response } from 'express';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type {
  KnownDevices,
  AuthenticatedSession,
  CodesResult,
  SecondFactor,
  EnrollmentSeed,
} from '../../core/accounts/index.ts';
import { qrOf } from './qr.ts';
import { missingIn, proofForm } from './second-factor.forms.ts';
import { bind } from '../../platform/bind.ts';
import type { ProofPage, SetUpPage } from './second-factor.views.ts';
import { otpauthUri } from '../../platform/keys/totp.ts';

const crumb = (href: string, label: string) => ({ href, label });
const trail = [
  crumb(paths.dashboard, 'common:terms.dashboard'),
  crumb(paths.myProfile, 'common:terms.myProfile'),
  crumb(paths.ownSecurity, 'profile:security.title'),
];

const requiredOf = (request: Request): boolean => {
  const { user, tenant } = sessionOf(request);
  return isSecondFactorRequired(scopeOf(request).rules, user.administratorLevel, tenant.kind);
};
/** @returns why it must be set up before anything else; null where it is the user's own wish */
function demandOn(request: Request): 'moved' | 'required' | null {
  if (sessionOf(request).user.secondFactorDue) return 'moved';
  return requiredOf(request) ? 'required' : null;
}
const hasOne = (request: Request): boolean => sessionOf(request).user.secondFactorAt !== null;

export interface OwnSecondFactorRoutesDependencies {
  readonly secondFactor: SecondFactor;
  readonly offer: EnrollmentSeed;
  readonly authentication: Authentication;
  readonly devices: KnownDevices;
  readonly cookies: Cookies;
  /** Names this portal in the apps. */
  readonly issuer: string;
  /** Of the sign-in, as a printed sheet gives it. */
  readonly address: string;
  readonly clock: () => number;
}

/** One's own second factor: setting it up, its recovery codes, removing it. */
export function ownSecondFactorRoutes(deps: OwnSecondFactorRoutesDependencies): Route[] {
  const handlers = bind(deps, { askSetUp, takeSetUp, askProof, takeProof });
  return [
    get(paths.ownSecondFactor, (request, response) => handlers.askSetUp(request, response)),
    post(paths.ownSecondFactor, handlers.takeSetUp),
    get(paths.ownRecoveryCodes, (request, response) => handlers.askProof(request, response, 'renew')),
    post(paths.ownRecoveryCodes, (request, response) => handlers.takeProof(request, response, 'renew')),
    get(paths.removeOwnSecondFactor, (request, response) => handlers.askProof(request, response, 'remove')),
    post(paths.removeOwnSecondFactor, (request, response) => handlers.takeProof(request, response, 'remove')),
  ];
}

function askerOf(deps: OwnSecondFactorRoutesDependencies, request: Request): AuthenticatedSession {
  const { devices, cookies } = deps;
  const [scope, session] = [scopeOf(request), sessionOf(request)];
  const { username, epoch } = session.user;
  const knownDevice = devices.recognize(username, epoch, cookies.read(request, 'device'));
  const { attempts: maxAttempts } = scope.rules.throttle.perAccountAndAddress;
  return {
    scope,
    session,
    attempt: { kind: 'own', username, epoch, address: request.ip ?? '', knownDevice, maxAttempts },
  };
}

function offeredTo(deps: OwnSecondFactorRoutesDependencies, request: Request): string {
  const { offer } = deps;
  const { seed, kept } = offer(sessionOf(request), request.session.offeredSeed);
  request.session.offeredSeed = kept;
  return seed;
}

// Seed and picture stand in the answer that sets them up, and nowhere else.
function askSetUp(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[] = [],
): void {
  const { issuer, secondFactor } = deps;
  if (hasOne(request)) return response.redirect(303, paths.ownSecurity);
  const { user } = sessionOf(request);
  const seed = offeredTo(deps, request);
  const demand = demandOn(request);
  const model: SetUpPage = {
    demand,
    username: user.username,
    seed: seed.replace(/.{4}(?=.)/g, '$& '),
    picture: qrOf(otpauthUri(seed, { issuer, label: user.username })),
    needsPassword: secondFactor.needsPassword({ session: sessionOf(request) }),
  };
  response.set('Referrer-Policy', 'no-referrer');
  const options = { title: 'second-factor:setUp.title', breadcrumbs: trail, scripts: ['reveal.js'] };
  response.page('second-factor/set-up', model, { ...options, faults, alone: demand !== null });
}

async function takeSetUp(deps: OwnSecondFactorRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { secondFactor } = deps;
  if (hasOne(request)) return response.redirect(303, paths.ownSecurity);
  const { values } = readForm(proofForm, request.body);
  const typed = values ?? { currentPassword: '', code: '' };
  const seed = offeredTo(deps, request);
  const result = await secondFactor.setUp(askerOf(deps, request), seed, typed);
  if (result.outcome === 'invalid') return askSetUp(deps, request, response, [result.fault]);
  // Also takes the seed out of the session's data.
  await renew(deps, request);
  return reveal(deps, request, response, result, demandOn(request) !== null);
}

function renew(deps: OwnSecondFactorRoutesDependencies, request: Request): Promise<void> {
  const { authentication } = deps;
  const { id, user } = sessionOf(request);
  return authentication.renew(request, { sessionId: id, epoch: user.epoch });
}

// Codes in clear go into this one body: no redirect, no session, nothing that a second request could read.
// What is printed says whose they are, and for which portal.
function reveal(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  { codes }: Extract<CodesResult, { outcome: 'done' }>,
  alone: boolean,
): void {
  const { address, clock } = deps;
  const { user, tenant } = sessionOf(request);
  const sheet = { address, tenantName: tenant.name, username: user.username, createdAt: clock() };
  response.set('Referrer-Policy', 'no-referrer');
  const options = { title: 'second-factor:codes.title', breadcrumbs: trail, scripts: ['reveal.js'], fleeting: true };
  response.page('second-factor/codes', { codes, alone, sheet }, { ...options, alone });
}

async function askProof(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  what: 'renew' | 'remove',
  faults: readonly PageFault[] = [],
): Promise<void> {
  const { secondFactor } = deps;
  const title = `second-factor:${what}.title`;
  if (!hasOne(request)) return response.page('second-factor/none', undefined, { title, breadcrumbs: trail });
  const left = await secondFactor.countRecoveryCodes({ scope: scopeOf(request), session: sessionOf(request) });
  const model: ProofPage = {
    left: left ?? 0,
    username: sessionOf(request).user.username,
    required: requiredOf(request),
  };
  response.page(`second-factor/${what}`, model, { title, faults, breadcrumbs: trail });
}

async function takeProof(
  deps: OwnSecondFactorRoutesDependencies,
  request: Request,
  response: Response,
  what: 'renew' | 'remove',
): Promise<void> {
  const { secondFactor } = deps;
  const { values } = readForm(proofForm, request.body);
  const missing = values === null || !hasOne(request) ? [] : missingIn(values);
  if (values === null || !hasOne(request) || missing.length > 0)
    return askProof(deps, request, response, what, missing);
  if (what === 'renew') {
    const result = await secondFactor.regenerateCodes(askerOf(deps, request), values);
    return result.outcome === 'done'
      ? reveal(deps, request, response, result, false)
      : askProof(deps, request, response, what, [result.fault]);
  }
  const fault = await secondFactor.remove(askerOf(deps, request), values);
  if (fault !== null) return askProof(deps, request, response, what, [fault]);
  await renew(deps, request);
  request.session.notice = { kind: 'success', key: 'second-factor:remove.done' };
  return seeOther(request, response, paths.ownSecurity);
}

const get = (path: string, handle: Route['handle']): Route => ({ method: 'get', path, access: 'profile.view', handle });

const post = (path: string, handle: Route['handle']): Route => ({
  method: 'post',
  path,
  access: 'profile.view',
  handle,
});
