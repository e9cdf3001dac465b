import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { RegionRules } from '../../domain/regions.ts';
import { paths } from '../http/paths.ts';
import type { Authentication } from '../http/authentication.ts';
import type { Cookies } from '../http/cookies.ts';
import { chosenLanguage, offered } from '../http/language.ts';
import { regionScopeOf } from '../http/request.ts';
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
 * What a one-time link leads to. Looking at it, as scanners of mail and previews of chats do, burns nothing: that takes
 * the button. Its token is in no log, no session and no redirect.
 */
export function linksRoutes(deps: LinksRoutesDependencies): Route[] {
  const handlers = bind(deps, { show, open });
  return [
    { method: 'get', path: paths.oneTimeLink, access: 'anyone', handle: handlers.show },
    { method: 'post', path: paths.oneTimeLink, access: 'anyone', handle: handlers.open },
  ];
}

async function show(deps: LinksRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { links } = deps;
  if (request.scope) return saySignedIn(request, response, 200);
  const link = await counted(deps, request, (token) => links.find(token));
  if (link === null) return sayGone(deps, response);
  request.language = languageFor(deps, request, link);
  const { user, tenant, purpose, expiresAt } = link;
  const model: OpenLinkPage = { tenant: tenant.name, username: hinted(user.username), purpose, expiresAt };
  answer(response, 'links/open', model, { title: 'links:open.title' });
}

async function open(deps: LinksRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { links, rules, authentication } = deps;
  // Whoever is signed in would go on as somebody else, without having meant to.
  if (request.scope) return saySignedIn(request, response, 409);
  const device = (request.get('user-agent') ?? '').slice(0, maxDeviceLength);
  const ticket = await counted(deps, request, (token) => links.redeem(regionScopeOf(request, rules), token, device));
  if (ticket === null) return sayGone(deps, response);
  await authentication.renew(request, ticket);
  response.set('Referrer-Policy', 'no-referrer').redirect(303, paths.changePassword);
}

// One answer for every link that opens nothing: it tells nobody whether there ever was such a link, or why it is over.
function sayGone(deps: LinksRoutesDependencies, response: Response): void {
  const { rules } = deps;
  const alone = rules.operations['users.resetPassword'].at === 'alone';
  answer(response, 'links/gone', { alone }, { title: 'links:gone.title', status: 404 });
}

async function counted<T>(
  deps: LinksRoutesDependencies,
  request: Request,
  work: (token: string) => Promise<T | null>,
): Promise<T | null> {
  const { throttle } = deps;
  const address = request.ip ?? '';
  const wait = await throttle.consumeLink(address);
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  const result = await work(String(request.params.token));
  if (result !== null) await throttle.refundLink(address);
  return result;
}

// A mail or a sheet speaks the language of the user, and so does what it leads to.
function languageFor(deps: LinksRoutesDependencies, request: Request, { user, tenant }: FoundLink) {
  const { cookies, rules } = deps;
  return (
    chosenLanguage(request, cookies, rules) ??
    offered(user.language, rules) ??
    offered(tenant.language, rules) ??
    request.language
  );
}

function answer<Name extends ViewName>(
  response: Response,
  view: Name,
  model: ViewModels[Name],
  options: { title: string; status?: number },
): void {
  response.set('Referrer-Policy', 'no-referrer');
  response.page(view, model, { ...options, alone: true });
}

function saySignedIn(request: Request, response: Response, status: number): void {
  const name = (request.scope && displayNameOf(request.scope.principal)) ?? '';
  answer(response, 'links/signed-in', { name }, { title: 'links:signedIn.title', status });
}

/** Enough for its owner to know it by, and no name for whoever else looks. */
function hinted(username: string): string {
  const at = username.lastIndexOf('@');
  return `${username.slice(0, 1)}…${username.slice(at)}`;
}
