import type { Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';
import type { PresentedPassword } from '../../domain/people/password.ts';
import { domainOf } from '../../domain/people/user.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { continueAfterSignIn } from '../http/continue.ts';
import type { Drafts } from '../http/drafts.ts';
import { readForm } from '../http/forms.ts';
import { chosenLanguage } from '../http/language.ts';
import { roundedWait } from '../http/errors.ts';
import { seeOther } from '../http/request.ts';
import { takeReturnPath } from '../http/return-path.ts';
import type { Route } from '../http/routing.ts';
import { regionSignInUrl, createRegionRedirectReader, type RegionRedirect } from '../http/region-redirect.ts';
import { showCodePage } from '../second-factor/sign-in-code-page.ts';
import { passwordForm, usernameFieldOf, usernameForm } from './sign-in.forms.ts';
import { directoryStore } from '../../core/directory/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { PasswordPage } from './sign-in.views.ts';

export interface SignInRoutesDependencies {
  readonly config: Config;
  readonly database: Database;
  readonly authentication: Authentication;
  readonly cookies: Cookies;
  readonly drafts: Drafts;
}

interface SignInDependencies extends SignInRoutesDependencies {
  readonly readRegionRedirect: ReturnType<typeof createRegionRedirectReader>;
}

export function signInRoutes(given: SignInRoutesDependencies): Route[] {
  const deps: SignInDependencies = { ...given, readRegionRedirect: createRegionRedirectReader(given) };
  const handlers = bind(deps, {
    showUsernameStep,
    submitUsername,
    showPasswordStep,
    submitPassword,
    signOut,
  });
  return [
    { method: 'get', path: paths.home, access: 'anyone', handle: redirectHome },
    { method: 'get', path: paths.signIn, access: 'anyone', handle: handlers.showUsernameStep },
    {
      method: 'post',
      path: paths.signIn,
      access: 'anyone',
      form: { keeps: ['username', 'from', 'language'], changes: sessionOnly },
      handle: handlers.submitUsername,
    },
    { method: 'get', path: paths.signInPassword, access: 'anyone', handle: handlers.showPasswordStep },
    {
      method: 'post',
      path: paths.signInPassword,
      access: 'anyone',
      form: { keeps: ['username'], changes: sessionOnly },
      handle: handlers.submitPassword,
    },
    {
      method: 'post',
      path: paths.signOut,
      access: 'anyone',
      form: { page: null, keeps: [], changes: sessionOnly },
      handle: handlers.signOut,
    },
  ];
}

const sessionOnly = { notNeeded: 'changes only the session of its sender' } as const;

function redirectHome(request: Request, response: Response): void {
  return response.redirect(303, request.scope ? paths.dashboard : paths.signIn);
}

function showUsernameStep({ readRegionRedirect }: SignInDependencies, request: Request, response: Response): void {
  if (request.scope) return response.redirect(303, paths.dashboard);
  const redirectedFrom = readRegionRedirect(request, request.restored ? request.body : request.query);
  return renderUsernameForm(response, redirectedFrom, [], keptUsernameOf(request));
}

/** @returns the user name to show again on a sign-in page; it is looked up again before the user types a password */
const keptUsernameOf = ({ restored, body }: Request): string =>
  restored ? (usernameFieldOf.parse(body ?? {}).username ?? '') : '';

/**
 * Looks up the region of the user name's domain before a password is typed. User names from other regions are not
 * stored here.
 */
async function submitUsername(deps: SignInDependencies, request: Request, response: Response): Promise<void> {
  const { config, cookies, database, readRegionRedirect } = deps;
  const { values, faults } = readForm(usernameForm, request.body);
  const redirectedFrom = readRegionRedirect(request, request.body);
  // The rejected user name is not shown again, because it may belong to another region.
  if (values === null) return renderUsernameForm(response, redirectedFrom, faults, '');
  const region = await directoryStore.regionOf(database, domainOf(values.username));
  if (region !== null && region !== config.rules.region) {
    delete request.session.username;
    const url = config.regionUrls.get(region);
    if (url === undefined) {
      const fault = { field: 'username', key: 'sign-in:error.regionUnknown' };
      return renderUsernameForm(response, redirectedFrom, [fault], '');
    }
    return response.redirect(303, regionSignInUrl(url, config, chosenLanguage(request, cookies, config.rules)));
  }
  // The pages that follow have no redirect parameters, so store the language in a cookie. This happens only when a form
  // is submitted, not when a page is opened.
  if (redirectedFrom?.language) cookies.persist(response, 'language', request.language);
  request.session.username = values.username;
  // A redirect would lose the draft.
  if (request.carriedDraft !== undefined) return renderPasswordForm(deps, response, values.username, []);
  return seeOther(request, response, paths.signInPassword);
}

function showPasswordStep(deps: SignInDependencies, request: Request, response: Response): void {
  const { username } = request.session;
  if (username !== undefined) return renderPasswordForm(deps, response, username, []);
  const kept = keptUsernameOf(request);
  return kept === '' ? response.redirect(303, paths.signIn) : renderUsernameForm(response, null, [], kept);
}

async function signOut({ authentication }: SignInDependencies, request: Request, response: Response): Promise<void> {
  await authentication.signOut(request);
  // The "cookies" directive would also delete the cookies of other regions' portals on the same domain.
  response.set('Clear-Site-Data', '"cache", "storage"').redirect(303, paths.signIn);
}

function renderUsernameForm(
  response: Response,
  redirectedFrom: RegionRedirect | null,
  faults: readonly PageFault[],
  username: string,
): void {
  return response.page('sign-in/username', { username, redirectedFrom }, { title: 'common:terms.signIn', faults });
}

function renderPasswordForm(
  deps: SignInRoutesDependencies,
  response: Response,
  username: string,
  faults: readonly PageFault[],
  { paused, ...options }: { readonly paused?: PresentedPassword['kind']; readonly status?: number } = {},
): void {
  const { config } = deps;
  const { operations, handOver } = config.rules;
  const model: PasswordPage = {
    username,
    // Temporary passwords are exempt from the wait. Without the hint, users who have one would wait for no reason.
    hint: paused === 'own' ? 'sign-in:password.pausedHint' : 'sign-in:password.hint',
    offersLink: paused === 'own' && config.mail !== null,
    reset: operations['users.resetPassword'],
    handOver: handOver.by,
  };
  return response.page('sign-in/password', model, { title: 'sign-in:password.title', faults, ...options });
}

async function submitPassword(deps: SignInRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { cookies, authentication } = deps;
  const { username } = request.session;
  if (username === undefined) return response.redirect(303, paths.signIn);
  const { values, faults } = readForm(passwordForm, request.body);
  if (values === null) return renderPasswordForm(deps, response, username, faults);
  if (values.username !== '' && values.username !== username) {
    return renderPasswordForm(deps, response, username, [{ field: 'password', key: 'sign-in:error.usernameChanged' }]);
  }
  // A client may submit only the password. The user name then comes from the previous step.
  Object.assign(request.body as object, { username });
  const result = await authentication.signIn(request, response);
  switch (result.outcome) {
    case 'refused':
      return renderPasswordForm(deps, response, username, [{ field: 'password', key: 'sign-in:error.refused' }]);
    case 'throttled':
      request.refusal = { reason: 'signIn.throttled' };
      response.set('Retry-After', String(result.retryAfter));
      return renderPasswordForm(deps, response, username, [throttledFault(result.retryAfter)], {
        status: 429,
        paused: result.kind,
      });
    case 'signedIn':
      if (result.deviceToken !== null) cookies.persist(response, 'device', result.deviceToken);
      if (result.codePending) {
        // A redirect would lose the draft.
        if (request.carriedDraft !== undefined) return showCodePage(response);
        return seeOther(request, response, paths.signInCode);
      }
      return continueAfterSignIn(deps.drafts, request, response, result.user, nextPageOf(deps, request, response));
  }
}

const nextPageOf = ({ cookies }: SignInRoutesDependencies, request: Request, response: Response): string =>
  takeReturnPath(cookies, request, response) ?? paths.dashboard;

function throttledFault(retryAfter: number): PageFault {
  const { unit, count } = roundedWait(retryAfter);
  return { field: 'password', key: `sign-in:error.${unit}`, values: { count } };
}
