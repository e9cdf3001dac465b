import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { Failure } from '../../domain/errors.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { continueAfterSignIn } from '../http/continue.ts';
import { type Drafts, draftUserOf } from '../http/drafts.ts';
import { readForm, verbatimText } from '../http/forms.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Links, KnownDevices, ChangeResult, Passwords } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';
import type { ForcedChangePage, OwnPasswordPage } from './passwords.views.ts';
import { userOf } from '../../domain/principal.ts';
import { z } from 'zod';

export interface PasswordsRoutesDependencies {
  readonly passwords: Passwords;
  readonly links: Pick<Links, 'findLatest'>;
  readonly authentication: Authentication;
  readonly devices: KnownDevices;
  readonly cookies: Cookies;
  readonly drafts: Drafts;
  readonly log: Logger;
}

export function passwordsRoutes(deps: PasswordsRoutesDependencies): Route[] {
  const handlers = bind(deps, { showForcedForm, submitForced, submitOwn });
  return [
    {
      method: 'get',
      path: paths.changePassword,
      access: 'pendingChange',
      handle: (request, response) => handlers.showForcedForm(request, response, []),
    },
    {
      method: 'post',
      path: paths.changePassword,
      access: 'pendingChange',
      form: { keeps: [], changes: provenBySender },
      handle: handlers.submitForced,
    },
    {
      // Password managers open this URL (W3C, A Well-Known URL for Changing Passwords).
      method: 'get',
      path: paths.wellKnownChangePassword,
      access: 'anyone',
      handle: (_request, response) => response.redirect(303, paths.ownPassword),
    },
    {
      method: 'get',
      path: paths.ownPassword,
      access: 'password.change',
      handle: (request, response) => showOwnForm(request, response, []),
    },
    {
      method: 'post',
      path: paths.ownPassword,
      access: 'password.change',
      form: { keeps: [], changes: provenBySender },
      handle: handlers.submitOwn,
    },
  ];
}

const provenBySender = {
  notNeeded: 'replaces a credential of its sender, whose epoch must be that of the session when it is written',
} as const;

async function showForcedForm(
  deps: PasswordsRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
): Promise<void> {
  const { links, passwords } = deps;
  const scope = scopeOf(request);
  const { user } = sessionOf(request);
  const link = await links.findLatest(scope, user);
  const { setBy, setAt } = await passwords.getMetadata(scope, user.id);
  const set = { setBy, setAt, purpose: link?.purpose ?? null };
  const model: ForcedChangePage = {
    username: user.username,
    ...set,
    minimumLength: scope.rules.password.minimumLength,
  };
  response.page('passwords/forced', model, { title: 'passwords:forced.title', faults, withoutNavigation: true });
}

function showOwnForm(request: Request, response: Response, faults: readonly PageFault[]): void {
  const { rules, principal } = scopeOf(request);
  const reset = rules.operations['users.resetPassword'];
  const model: OwnPasswordPage = {
    username: userOf(principal)?.username ?? '',
    minimumLength: rules.password.minimumLength,
    reset,
    handOver: rules.handOver.by,
  };
  const breadcrumbs = [
    { href: paths.dashboard, label: 'common:terms.dashboard' },
    { href: paths.myProfile, label: 'common:terms.myProfile' },
  ];
  response.page('passwords/own', model, { title: 'common:terms.changePassword', faults, breadcrumbs });
}

async function finish(
  deps: PasswordsRoutesDependencies,
  request: Request,
  response: Response,
  result: ChangeResult,
  next: string,
): Promise<readonly PageFault[] | null> {
  if (result.outcome === 'invalid') return result.faults;
  if (result.outcome === 'throttled') throw new Failure('throttled', { retryAfter: result.retryAfter });
  return renewSession(deps, request, response, result.epoch, next);
}

// The password has been changed already. If the session store is unavailable, the user merely has to sign in again.
async function renewSession(
  deps: PasswordsRoutesDependencies,
  request: Request,
  response: Response,
  epoch: number,
  next: string,
): Promise<null> {
  const { authentication, cookies, devices, drafts, log } = deps;
  try {
    await authentication.renew(request, { sessionId: sessionOf(request).id, epoch });
    request.session.notice = { kind: 'success', key: 'passwords:changed' };
    const { username, secondFactorAt } = sessionOf(request).user;
    cookies.persist(response, 'device', devices.issue({ username, epoch, secondFactorAt }));
    await continueAfterSignIn(drafts, request, response, draftUserOf(scopeOf(request)), next);
  } catch (error) {
    log.warn({ requestId: request.requestId, err: error }, 'Password changed, but the session could not be renewed');
    response.redirect(303, paths.signIn);
  }
  return null;
}

async function submitForced(deps: PasswordsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { passwords } = deps;
  const { values, faults } = readForm(forcedChangeForm, request.body);
  if (values === null) return showForcedForm(deps, request, response, faults);
  const result = await passwords.changeForced(scopeOf(request), sessionKeyOf(request), values);
  const remaining = await finish(deps, request, response, result, paths.dashboard);
  if (remaining) await showForcedForm(deps, request, response, remaining);
}

async function submitOwn(deps: PasswordsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { passwords } = deps;
  const { values, faults } = readForm(ownChangeForm, request.body);
  if (values === null) return showOwnForm(request, response, faults);
  const result = await passwords.changeOwn(scopeOf(request), sessionOf(request), values);
  const remaining = await finish(deps, request, response, result, paths.myProfile);
  if (remaining) showOwnForm(request, response, remaining);
}

const sessionKeyOf = (request: Request) => ({ id: sessionOf(request).id, epoch: sessionOf(request).user.epoch });

// Passwords are passed on exactly as typed. Core checks them against the password rules.
export const forcedChangeForm = z.object({ newPassword: verbatimText, confirmPassword: verbatimText });

export const ownChangeForm = forcedChangeForm.extend({
  currentPassword: verbatimText.refine((text) => text !== '', 'passwords:error.currentMissing'),
});
