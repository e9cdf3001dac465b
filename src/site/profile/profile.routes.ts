import type { Request, Response } from 'express';
import { z } from 'zod';
import { paths } from '../http/paths.ts';
import { restrictionNotes } from '../rules/restriction-notes.ts';
import { abilitiesOf } from './abilities.ts';
import type { ProfilePage, SecurityPage } from './profile.views.ts';
import {
  credentialsStore,
  describeDevice,
  secondFactorsStore,
  type Sessions,
  sessionsStore,
} from '../../core/accounts/index.ts';
import { activityStore } from '../../core/activity/index.ts';
import { notFound } from '../../domain/errors.ts';
import { idleLimitMs } from '../../domain/regions.ts';
import { isSecondFactorRequired } from '../../domain/people/second-factor.ts';
import { singleLine, readForm } from '../http/forms.ts';
import { scopeOf, seeOther, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const dashboardBreadcrumbs = [{ href: paths.dashboard, label: 'common:terms.dashboard' }];
const profileBreadcrumbs = [...dashboardBreadcrumbs, { href: paths.myProfile, label: 'common:terms.myProfile' }];

const tiles = [
  { href: paths.ownSecurity, icon: 'shield-check', title: 'profile:security.title', text: 'profile:security.about' },
  { href: paths.ownSessions, icon: 'device-desktop', title: 'profile:sessions.title', text: 'profile:sessions.about' },
  { href: paths.ownData, icon: 'file-text', title: 'personal-data:own.title', text: 'personal-data:own.about' },
];

const maxIdLength = 36;
const endSessionForm = z.object({ session: singleLine(maxIdLength) });

export interface ProfileRoutesDependencies {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly clock: () => number;
}

export function profileRoutes(deps: ProfileRoutesDependencies): Route[] {
  const handlers = bind(deps, { show, security, listSessions, endSessions });
  return [
    { method: 'get', path: paths.myProfile, access: 'profile.view', handle: handlers.show },
    { method: 'get', path: paths.ownSecurity, access: 'profile.view', handle: handlers.security },
    { method: 'get', path: paths.ownSessions, access: 'profile.view', handle: handlers.listSessions },
    {
      method: 'post',
      path: paths.ownSessions,
      access: 'profile.view',
      form: {
        keeps: [],
        changes: { notNeeded: 'ends sessions, which cannot be edited; a repetition ends and records nothing' },
      },
      handle: handlers.endSessions,
    },
  ];
}

async function show({ database }: ProfileRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { user, tenant } = sessionOf(request);
  const { setAt } = await credentialsStore.getPasswordMetadata(database, scopeOf(request), user.id);
  const model: ProfilePage = {
    user,
    tenantName: tenant.name,
    passwordSetAt: setAt,
    notes: restrictionNotes(scopeOf(request), ['users.add', 'users.edit', 'users.delete', 'users.resetPassword']),
    abilities: abilitiesOf(user),
    tiles,
  };
  response.page('profile/profile', model, { title: 'common:terms.myProfile', breadcrumbs: dashboardBreadcrumbs });
}

async function security(deps: ProfileRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database } = deps;
  const { user, tenant } = sessionOf(request);
  const events = await activityStore.latestOfUser(database, scopeOf(request), user.id);
  const { rules } = scopeOf(request);
  const codesLeft =
    user.secondFactorAt === null ? 0 : await secondFactorsStore.countRecoveryCodes(database, scopeOf(request), user.id);
  const isRequired = isSecondFactorRequired(rules, user.administratorLevel, tenant.kind);
  const { setAt } = await credentialsStore.getPasswordMetadata(database, scopeOf(request), user.id);
  const model: SecurityPage = { user, passwordSetAt: setAt, events, codesLeft, isRequired };
  response.page('profile/security', model, { title: 'profile:security.title', breadcrumbs: profileBreadcrumbs });
}

async function listSessions(deps: ProfileRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { database, clock } = deps;
  const own = await sessionsStore.listOwn(database, scopeOf(request), clock() - idleLimitMs(scopeOf(request).rules));
  const current = sessionOf(request).id;
  const list = own.map((each) => ({ ...each, ...describeDevice(each.device), current: each.id === current }));
  response.page(
    'profile/sessions',
    { sessions: list },
    { title: 'profile:sessions.title', breadcrumbs: profileBreadcrumbs },
  );
}

async function endSessions(deps: ProfileRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { sessions } = deps;
  const { values } = readForm(endSessionForm, request.body);
  const which = values?.session ?? '';
  const own = sessionOf(request).id;
  const others = which === 'others';
  const ended = await sessions.endOwn(scopeOf(request), others ? { allExcept: own } : { id: which });
  if (!ended) throw notFound();
  request.session.notice = { kind: 'success', key: `profile:sessions.ended.${others ? 'others' : 'one'}` };
  await seeOther(request, response, paths.ownSessions);
}
