import type { Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { domainOf } from '../../domain/people/user.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { readForm } from '../http/forms.ts';
import { chosenLanguage } from '../http/language.ts';
import { waitOf } from '../http/errors.ts';
import { seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { arrivalAddress, createArrivals, type Arrival } from '../http/arrival.ts';
import { passwordForm, usernameForm } from './sign-in.forms.ts';
import { directoryStore } from '../../core/directory/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import type { PasswordPage } from './sign-in.views.ts';

export interface SessionsRoutesDependencies {
  readonly config: Config;
  readonly database: Database;
  readonly authentication: Authentication;
  readonly cookies: Cookies;
}

interface SignInDependencies extends SessionsRoutesDependencies {
  readonly arrivalOf: (request: Request) => Arrival | null;
}

export function sessionsRoutes(given: SessionsRoutesDependencies): Route[] {
  const deps: SignInDependencies = { ...given, arrivalOf: createArrivals(given) };
  const handlers = bind(deps, { showSignIn, takeUsername, showPassword, takePassword, signOut });
  return [
    { method: 'get', path: paths.home, access: 'anyone', handle: leadIn },
    { method: 'get', path: paths.signIn, access: 'anyone', handle: handlers.showSignIn },
    { method: 'post', path: paths.signIn, access: 'anyone', handle: handlers.takeUsername },
    { method: 'get', path: paths.signInPassword, access: 'anyone', handle: handlers.showPassword },
    { method: 'post', path: paths.signInPassword, access: 'anyone', handle: handlers.takePassword },
    { method: 'post', path: paths.signOut, access: 'anyone', handle: handlers.signOut },
  ];
}

function leadIn(request: Request, response: Response): void {
  return response.redirect(303, request.scope ? paths.dashboard : paths.signIn);
}

function showSignIn({ arrivalOf }: SignInDependencies, request: Request, response: Response): void {
  if (request.scope) return response.redirect(303, paths.dashboard);
  return askUsername(response, arrivalOf(request), []);
}

/** Finds the region by the domain before a secret is typed; a user name that belongs to another region is not kept here. */
async function takeUsername(deps: SignInDependencies, request: Request, response: Response): Promise<void> {
  const { config, cookies, database, arrivalOf } = deps;
  const { values, faults } = readForm(usernameForm, request.body);
  const arrival = arrivalOf(request);
  if (values === null) return askUsername(response, arrival, faults);
  const region = await directoryStore.regionOf(database, domainOf(values.username));
  if (region !== null && region !== config.rules.region) {
    delete request.session.username;
    const url = config.regionUrls.get(region);
    if (url === undefined) {
      return askUsername(response, arrival, [{ field: 'username', key: 'sessions:error.regionUnknown' }]);
    }
    return response.redirect(303, arrivalAddress(url, config, chosenLanguage(request, cookies, config.rules)));
  }
  // The pages that follow carry no marker. A form that was sent may keep a choice, which merely opening a page may not.
  if (arrival?.language) cookies.keep(response, 'language', request.language);
  request.session.username = values.username;
  return seeOther(request, response, paths.signInPassword);
}

function showPassword(deps: SignInDependencies, request: Request, response: Response): void {
  const { username } = request.session;
  return username === undefined ? response.redirect(303, paths.signIn) : askPassword(deps, response, username, []);
}

async function signOut({ authentication }: SignInDependencies, request: Request, response: Response): Promise<void> {
  await authentication.signOut(request);
  // Not "cookies": that would also clear those of the portal's other regions on the same domain.
  response.set('Clear-Site-Data', '"cache", "storage"').redirect(303, paths.signIn);
}

function askUsername(response: Response, arrival: Arrival | null, faults: readonly PageFault[]): void {
  return response.page('sessions/sign-in', { username: '', arrival }, { title: 'common:terms.signIn', faults });
}

function askPassword(
  deps: SessionsRoutesDependencies,
  response: Response,
  username: string,
  faults: readonly PageFault[],
  { status = faults.length > 0 ? 422 : 200, hint = 'sessions:password.hint' } = {},
): void {
  const { config } = deps;
  const { operations, handOver } = config.rules;
  const model: PasswordPage = { username, hint, reset: operations['users.resetPassword'], handOver: handOver.by };
  return response.page('sessions/password', model, { title: 'sessions:password.title', faults, status });
}

async function takePassword(deps: SessionsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { cookies, authentication } = deps;
  const { username, returnTo } = request.session;
  if (username === undefined) return response.redirect(303, paths.signIn);
  const { values, faults } = readForm(passwordForm, request.body);
  if (values === null) return askPassword(deps, response, username, faults);
  if (values.username !== '' && values.username !== username) {
    return askPassword(deps, response, username, [{ field: 'password', key: 'sessions:error.usernameChanged' }]);
  }
  // A client may send the password alone, for the user name of the step before.
  Object.assign(request.body as object, { username });
  const result = await authentication.signIn(request, response);
  switch (result.outcome) {
    case 'refused':
      return askPassword(deps, response, username, [{ field: 'password', key: 'sessions:error.refused' }]);
    case 'throttled':
      response.set('Retry-After', String(result.retryAfter));
      return askPassword(deps, response, username, [throttledFault(result.retryAfter)], {
        status: 429,
        // A newcomer who mistypes while strangers attack the name would otherwise wait for a day without need.
        ...(result.kind === 'own' && { hint: 'sessions:password.pausedHint' }),
      });
    case 'signedIn':
      cookies.keep(response, 'device', result.deviceToken);
      if (result.codePending) {
        if (returnTo !== undefined) request.session.returnTo = returnTo;
        return seeOther(request, response, paths.signInCode);
      }
      return response.redirect(303, returnTo ?? paths.dashboard);
  }
}

function throttledFault(retryAfter: number): PageFault {
  const { unit, count } = waitOf(retryAfter);
  return { field: 'password', key: `sessions:error.${unit}`, values: { count } };
}
