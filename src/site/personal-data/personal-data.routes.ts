import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { sendPieces } from '../http/stream.ts';
import { describeDevice, type Throttle } from '../../core/accounts/index.ts';
import type { Erasure, PersonalDataAccess } from '../../core/personal-data/index.ts';
import { inList, linksOf, ofUser, userIdOf } from '../users/view-models.ts';
import { bind } from '../../platform/bind.ts';
import { shownEntry } from './entries.ts';
import type { HeldData } from './personal-data.views.ts';
import { actingUserId } from '../../domain/principal.ts';

const inProfile = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.myProfile, label: 'common:terms.myProfile' },
];
const inDeleted = [...inList, { href: paths.deletedUsers, label: 'common:terms.deletedUsers' }];
// A deleted user has no page of their own.
const trailOf = (user: User) => (user.state === 'deleted' ? inDeleted : ofUser(user));

export interface PersonalDataRoutesDependencies {
  readonly personalData: PersonalDataAccess;
  readonly erasure: Erasure;
  readonly throttle: Throttle;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** What is held of a person, for themselves and for their administrators; and taking it away. */
export function personalDataRoutes(deps: PersonalDataRoutesDependencies): Route[] {
  const handlers = bind(deps, { showOwn, sendOwn, ask, show, sendFile, confirmErase, erase });
  return [
    { method: 'get', path: paths.ownData, access: 'profile.view', handle: handlers.showOwn },
    { method: 'get', path: paths.ownDataFile, access: 'profile.view', handle: handlers.sendOwn },
    { method: 'get', path: paths.userData, access: 'personalData.view', handle: handlers.ask },
    { method: 'post', path: paths.userData, access: 'personalData.view', handle: handlers.show },
    { method: 'post', path: paths.userDataFile, access: 'personalData.view', handle: handlers.sendFile },
    { method: 'get', path: paths.eraseUser, access: 'personalData.erase', handle: handlers.confirmErase },
    { method: 'post', path: paths.eraseUser, access: 'personalData.erase', handle: handlers.erase },
  ];
}

/** Reading all of it is dear, and of others it is recorded. */
async function allow(deps: PersonalDataRoutesDependencies, scope: Scope, user: User): Promise<void> {
  const { throttle, personalData } = deps;
  await throttle.requireBudget(scope, 'personalData');
  if (user.id !== actingUserId(scope)) await personalData.recordExport(scope, user);
}

async function modelOf(deps: PersonalDataRoutesDependencies, scope: Scope, user: User): Promise<HeldData> {
  const { personalData, clock } = deps;
  const held = await personalData.view(scope, user);
  const sessions = held.sessions.map((session) => ({ ...session, ...describeDevice(session.device) }));
  const entries = held.entries.map(shownEntry);
  return { ...held, tenantName: scope.tenant.name, sessions, entries, status: statusOf(user, clock()) };
}

async function send(
  deps: PersonalDataRoutesDependencies,
  request: Request,
  response: Response,
  user: User,
): Promise<void> {
  const { personalData } = deps;
  const scope = scopeOf(request);
  response.set({
    'Content-Type': 'application/json; charset=utf-8',
    // Without a name: files are passed on, and their names with them.
    'Content-Disposition': 'attachment; filename="personal-data.json"',
    'Cache-Control': 'no-store',
  });
  await sendPieces(response, personalData.file(scope, user));
}

async function showOwn(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const model = { ...(await modelOf(deps, scopeOf(request), sessionOf(request).user)), fileHref: paths.ownDataFile };
  response.page('personal-data/own', model, { title: 'personal-data:own.title', breadcrumbs: inProfile });
}

async function sendOwn(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { user } = sessionOf(request);
  // Asked for the head alone, nothing is read.
  if (request.method === 'HEAD') return void response.type('application/json; charset=utf-8').end();
  await allow(deps, scopeOf(request), user);
  await send(deps, request, response, user);
}

async function ask(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { personalData } = deps;
  const user = await personalData.load(scopeOf(request), userIdOf(request));
  const options = { title: 'personal-data:title', breadcrumbs: trailOf(user) };
  response.page('personal-data/ask', { user, ...linksOf(user) }, options);
}

async function show(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { personalData } = deps;
  const scope = scopeOf(request);
  const user = await personalData.load(scope, userIdOf(request));
  await allow(deps, scope, user);
  const model = { ...(await modelOf(deps, scope, user)), ...linksOf(user) };
  response.page('personal-data/other', model, { title: 'personal-data:title', breadcrumbs: trailOf(user) });
}

async function sendFile(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { personalData } = deps;
  const scope = scopeOf(request);
  const user = await personalData.load(scope, userIdOf(request));
  await allow(deps, scope, user);
  await send(deps, request, response, user);
}

async function confirmErase(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { erasure, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await erasure.load(scope, userIdOf(request));
  const decision = may(scope, 'personalData.erase', user);
  if (!decision.allowed) return answerRefusal(request, response, decision);
  const options = { title: 'personal-data:erase.title', breadcrumbs: inDeleted };
  response.page('personal-data/erase', { user, ...linksOf(user) }, options);
}

async function erase(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { erasure, answerRefusal } = deps;
  const result = await erasure.erase(scopeOf(request), userIdOf(request));
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  // Nobody is named: the session would keep the name that was just taken from everywhere else.
  request.session.notice = { kind: 'success', key: 'personal-data:erase.done' };
  await seeOther(request, response, paths.deletedUsers);
}
