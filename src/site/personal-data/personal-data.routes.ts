import type { Request, Response } from 'express';
import { may } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { paths } from '../http/paths.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { streamText } from '../http/stream.ts';
import { describeDevice, type Throttle } from '../../core/accounts/index.ts';
import type { Erasure, PersonalDataAccess } from '../../core/personal-data/index.ts';
import { userListBreadcrumbs, userLinks, userBreadcrumbs, userIdOf } from '../users/view-models.ts';
import { seenFieldsOf, showChangedUser } from '../users/changed-user.ts';
import { comparedBySeenUser, readSeenUser } from '../users/seen-user.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { entryModel } from './entry-models.ts';
import type { StoredData } from './personal-data.views.ts';
import { actingUserId } from '../../domain/principal.ts';

const profileBreadcrumbs = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.myProfile, label: 'common:terms.myProfile' },
];
const deletedUsersBreadcrumbs = [
  ...userListBreadcrumbs,
  { href: paths.deletedUsers, label: 'common:terms.deletedUsers' },
];
// Deleted users have no page to link to.
const breadcrumbsFor = (user: User) => (user.state === 'deleted' ? deletedUsersBreadcrumbs : userBreadcrumbs(user));

export interface PersonalDataRoutesDependencies {
  readonly database: Database;
  readonly personalData: PersonalDataAccess;
  readonly erasure: Erasure;
  readonly throttle: Throttle;
  readonly answerRefusal: AnswerRefusal;
  readonly clock: () => number;
}

/** Creates the routes for a user's personal data, which the user and administrators can view, and for its erasure. */
export function personalDataRoutes(deps: PersonalDataRoutesDependencies): Route[] {
  const handlers = bind(deps, { showOwn, sendOwn, showQuestion, show, sendFile, confirmErase, erase });
  return [
    { method: 'get', path: paths.ownData, access: 'profile.view', handle: handlers.showOwn },
    { method: 'get', path: paths.ownDataFile, access: 'profile.view', handle: handlers.sendOwn },
    { method: 'get', path: paths.userData, access: 'personalData.view', handle: handlers.showQuestion },
    {
      method: 'post',
      path: paths.userData,
      access: 'personalData.view',
      form: { keeps: [], changes: onlyReads },
      handle: handlers.show,
    },
    {
      method: 'post',
      path: paths.userDataFile,
      access: 'personalData.view',
      form: { page: paths.userData, keeps: [], changes: onlyReads },
      handle: handlers.sendFile,
    },
    { method: 'get', path: paths.eraseUser, access: 'personalData.erase', handle: handlers.confirmErase },
    {
      method: 'post',
      path: paths.eraseUser,
      access: 'personalData.erase',
      form: { keeps: [], changes: comparedBySeenUser },
      handle: handlers.erase,
    },
  ];
}

const onlyReads = { notNeeded: 'reads and records that it was read' } as const;

/** Throttles the request, because reading all data is expensive, and records access to another user's data. */
async function throttleAndRecord(deps: PersonalDataRoutesDependencies, scope: Scope, user: User): Promise<void> {
  const { throttle, personalData } = deps;
  await throttle.requireBudget(scope, 'personalData');
  if (user.id !== actingUserId(scope)) await personalData.recordExport(scope, user);
}

async function readStoredData(deps: PersonalDataRoutesDependencies, scope: Scope, user: User): Promise<StoredData> {
  const { personalData, clock } = deps;
  const stored = await personalData.view(scope, user);
  const sessions = stored.sessions.map((session) => ({ ...session, ...describeDevice(session.device) }));
  const entries = stored.entries.map(entryModel);
  return { ...stored, tenantName: scope.tenant.name, sessions, entries, status: statusOf(user, clock()) };
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
    // The file name does not contain the user's name, because such files are often passed on.
    'Content-Disposition': 'attachment; filename="personal-data.json"',
    'Cache-Control': 'no-store',
  });
  await streamText(response, personalData.file(scope, user));
}

async function showOwn(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const model = {
    ...(await readStoredData(deps, scopeOf(request), sessionOf(request).user)),
    fileHref: paths.ownDataFile,
  };
  response.page('personal-data/own', model, { title: 'personal-data:own.title', breadcrumbs: profileBreadcrumbs });
}

async function sendOwn(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { user } = sessionOf(request);
  // A HEAD request reads none of the data.
  if (request.method === 'HEAD') return void response.type('application/json; charset=utf-8').end();
  await throttleAndRecord(deps, scopeOf(request), user);
  await send(deps, request, response, user);
}

/**
 * Loads the user whose data an administrator requests.
 * @returns the user; null if the policy refused, in which case the response has been sent
 */
async function loadAllowed(
  { personalData, answerRefusal }: PersonalDataRoutesDependencies,
  request: Request,
  response: Response,
): Promise<User | null> {
  const scope = scopeOf(request);
  const user = await personalData.load(scope, userIdOf(request));
  const decision = may(scope, 'personalData.view', user);
  if (decision.allowed) return user;
  await answerRefusal(request, response, decision);
  return null;
}

async function showQuestion(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const user = await loadAllowed(deps, request, response);
  if (user === null) return;
  const options = { title: 'personal-data:title', breadcrumbs: breadcrumbsFor(user) };
  response.page('personal-data/confirm', { user, ...userLinks(user) }, options);
}

async function show(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const user = await loadAllowed(deps, request, response);
  if (user === null) return;
  const scope = scopeOf(request);
  await throttleAndRecord(deps, scope, user);
  const model = { ...(await readStoredData(deps, scope, user)), ...userLinks(user) };
  response.page('personal-data/user', model, { title: 'personal-data:title', breadcrumbs: breadcrumbsFor(user) });
}

async function sendFile(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const user = await loadAllowed(deps, request, response);
  if (user === null) return;
  const scope = scopeOf(request);
  await throttleAndRecord(deps, scope, user);
  await send(deps, request, response, user);
}

async function confirmErase(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { erasure, answerRefusal } = deps;
  const scope = scopeOf(request);
  const user = await erasure.load(scope, userIdOf(request));
  const decision = may(scope, 'personalData.erase', user);
  if (!decision.allowed) return answerRefusal(request, response, decision);
  const options = { title: 'personal-data:erase.title', breadcrumbs: deletedUsersBreadcrumbs };
  response.page('personal-data/erase', { user, ...userLinks(user) }, options);
}

async function erase(deps: PersonalDataRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { erasure, answerRefusal, database } = deps;
  const userId = userIdOf(request);
  const result = await erasure.erase(scopeOf(request), userId, readSeenUser(request.body, userId));
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'conflict') {
    const { user } = result;
    const button = { href: userLinks(user).eraseHref, icon: 'trash', label: 'personal-data:erase.title', danger: true };
    return showChangedUser(database, request, response, { user, button, fields: seenFieldsOf(user) });
  }
  // The notice does not name the user, because the session would then store the name that has just been erased.
  request.session.notice = { kind: 'success', key: 'personal-data:erase.done' };
  await seeOther(request, response, paths.deletedUsers);
}
