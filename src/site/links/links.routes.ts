import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { chosenLanguage, offeredLanguage } from '../http/language.ts';
import { clientAddress, regionScopeOf, seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { FoundLink, LinkThrottle, Links } from '../../core/accounts/index.ts';
import { bind } from '../../platform/bind.ts';
import type { ViewModels, ViewName } from '../http/view-models.ts';
import type { OpenLinkPage } from './links.views.ts';
import { displayNameOf } from '../../domain/principal.ts';

const maxDeviceLength = 300;

export interface LinksRoutesDependencies {
  readonly links: Links;
  readonly throttle: LinkThrottle;
  readonly authentication: Pick<Authentication, 'renew'>;
  readonly cookies: Cookies;
  readonly rules: RegionRules;
}

/**
 * Creates the routes of the page that a one-time link opens. Opening the page does not consume the link, because mail
 * scanners and chat previews open links. Only pressing the button does. The token appears in no log, session or
 * redirect.
 */
export function linksRoutes(deps: LinksRoutesDependencies): Route[] {
  const handlers = bind(deps, { show, open });
  return [
    { method: 'get', path: paths.oneTimeLink, access: 'anyone', handle: handlers.show },
    {
      method: 'post',
      path: paths.oneTimeLink,
      access: 'anyone',
      form: { keeps: [], changes: { notNeeded: 'a link works once' } },
      handle: handlers.open,
    },
  ];
}

async function show(deps: LinksRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { links } = deps;
  if (request.scope) return answerSignedIn(request, response, 200);
  const link = await withThrottle(deps, request, (token) => links.find(token));
  if (link === null) return answerInvalidLink(deps, response);
  request.language = recipientLanguage(deps, request, link);
  const { user, tenant, purpose, expiresAt } = link;
  const model: OpenLinkPage = { tenant: tenant.name, username: maskUsername(user.username), purpose, expiresAt };
  const title = purpose === 'signIn' ? 'links:open.signInTitle' : 'links:open.title';
  renderPage(response, 'links/open', model, { title });
}

async function open(deps: LinksRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { links, rules, authentication, cookies } = deps;
  // Otherwise, a signed-in user would continue as another user without noticing.
  if (request.scope) return answerSignedIn(request, response, 409);
  const device = (request.get('user-agent') ?? '').slice(0, maxDeviceLength);
  const redeemed = await withThrottle(deps, request, (token) =>
    links.redeem(regionScopeOf(request, rules), token, device),
  );
  if (redeemed === null) return answerInvalidLink(deps, response);
  if (redeemed.purpose === 'signIn') {
    cookies.persist(response, 'device', redeemed.deviceToken);
    request.session.username = redeemed.username;
    response.set('Referrer-Policy', 'no-referrer');
    return seeOther(request, response, paths.signInPassword);
  }
  await authentication.renew(request, redeemed.ticket);
  response.set('Referrer-Policy', 'no-referrer').redirect(303, paths.changePassword);
}

// Every invalid link gets the same response, which does not reveal whether a link existed or why it is invalid.
function answerInvalidLink(deps: LinksRoutesDependencies, response: Response): void {
  const { rules } = deps;
  const isSelfService = rules.operations['users.resetPassword'].at === 'alone';
  renderPage(response, 'links/invalid', { isSelfService }, { title: 'links:gone.title', status: 404 });
}

// Only invalid links are counted and throttled: users who share the IP address must be able to open their own links.
async function withThrottle<T>(
  deps: LinksRoutesDependencies,
  request: Request,
  work: (token: string) => Promise<T | null>,
): Promise<T | null> {
  const { throttle } = deps;
  const result = await work(String(request.params.token));
  if (result !== null) return result;
  const wait = await throttle.consumeLink(clientAddress(request) ?? '');
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  return null;
}

// The email or the printed sheet was in the recipient's language, so the page uses the same language, unless another
// language was selected in this browser.
function recipientLanguage(deps: LinksRoutesDependencies, request: Request, { user, tenant }: FoundLink) {
  const { cookies, rules } = deps;
  return (
    chosenLanguage(request, cookies, rules) ??
    offeredLanguage(user.language, rules) ??
    offeredLanguage(tenant.language, rules) ??
    request.language
  );
}

function renderPage<Name extends ViewName>(
  response: Response,
  view: Name,
  model: ViewModels[Name],
  options: { title: string; status?: number },
): void {
  response.set('Referrer-Policy', 'no-referrer');
  response.page(view, model, { ...options, withoutNavigation: true });
}

function answerSignedIn(request: Request, response: Response, status: number): void {
  const name = (request.scope && displayNameOf(request.scope.principal)) ?? '';
  renderPage(response, 'links/signed-in', { name }, { title: 'links:signedIn.title', status });
}

/** Masks a user name so that its owner recognizes it and others cannot read it. */
function maskUsername(username: string): string {
  const at = username.lastIndexOf('@');
  return `${username.slice(0, 1)}…${username.slice(at)}`;
}
