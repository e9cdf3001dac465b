import type { Request, Response } from 'express';
import type { FieldFault } from '../../domain/errors.ts';
import { formerGlobalAdmin } from '../../domain/former-global-admin.ts';
import { may, mayGive } from '../../domain/policy.ts';
import { offersLanguage } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { isSecondFactorRequired } from '../../domain/second-factor.ts';
import { statusOf, type User } from '../../domain/user.ts';
import { askPath, paths, userPath } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { readForm } from '../../web/forms.ts';
import { scopeOf } from '../../web/request.ts';
import type { AnswerRefusal, Route } from '../../web/routing.ts';
import type { Links } from '../links/links.ts';
import { handOverOf, type WaysIn } from '../links/ways-in.ts';
import { notesOf, wholeNoteOf } from '../rules/notes.ts';
import { offeredInBulk } from './users.bulk.ts';
import type { UserChangesFeature } from './users.changes.ts';
import { mayDeleteNow } from './users.deletions.ts';
import { editForm, languageNotOffered, placeQuery } from './users.forms.ts';
import { listDeleted } from './users.list.ts';
import type { StepOutcome } from './users.step.ts';
import { levelsFor } from './users.levels.ts';
import { inList, linksOf, ofUser, userIdOf } from './users.trail.ts';
import type { Users } from './users.ts';

/** One user's page, and everything that its buttons do. */
export function userChangesRoutes(parts: {
  stores: Stores;
  users: Users;
  changes: UserChangesFeature;
  links: Pick<Links, 'stateOf'>;
  waysIn: WaysIn;
  answerRefusal: AnswerRefusal;
  clock: () => number;
}): Route[] {
  const { stores, users, changes, links, waysIn, answerRefusal, clock } = parts;

  async function show(request: Request, response: Response): Promise<void> {
    await showWith(request, response, []);
  }

  async function showWith(request: Request, response: Response, faults: readonly FieldFault[]): Promise<void> {
    const scope = scopeOf(request);
    const { user, reset, events } = await users.show(scope, userIdOf(request));
    const model = {
      user,
      reset,
      events,
      status: statusOf(user, clock()),
      link: await links.stateOf(scope, user),
      handOver: handOverOf(scope, waysIn),
      ...permissionsOf(scope, user),
      notes: notesOf(scope, ['users.block', 'users.endSessions', 'users.delete'], user),
      ...linksOf(user),
    };
    const title = { key: 'users:show.title', values: { name: user.displayName } };
    response.page('users/show', model, { title, breadcrumbs: inList, faults });
  }

  async function edit(request: Request, response: Response): Promise<void> {
    const { values, faults } = readForm(editForm, request.body);
    if (values === null) return showWith(request, response, faults);
    if (!offersLanguage(scopeOf(request).rules, values.language))
      return showWith(request, response, [languageNotOffered]);
    const before = await users.load(scopeOf(request), userIdOf(request));
    const { administratorLevel = before.administratorLevel, agentLevel = before.agentLevel, ...facts } = values;
    // What one may do alone is saved at once; the level waits for the other administrator.
    const verdict = mayGive(scopeOf(request), before, { administratorLevel, agentLevel });
    const asks = !verdict.allowed && verdict.because === 'secondAdministrator';
    const level = asks ? before.administratorLevel : administratorLevel;
    const next = { ...facts, administratorLevel: level, agentLevel };
    const outcome = await changes.edit(scopeOf(request), before.id, next);
    const person = { ...outcome, user: { ...outcome.user, ...facts } };
    const then = asks ? askPath('giveGlobalAdmin', [before.id]) : userPath(before.id);
    return finish(request, response, person, asks ? 'approvals:notice.restSaved' : 'users:notice.saved', then);
  }

  async function finish(
    request: Request,
    response: Response,
    result: StepOutcome,
    key: string,
    next = userPath(result.user.id),
  ): Promise<void> {
    if (result.outcome === 'refused') return answerRefusal(request, response, result.verdict);
    request.session.notice = { kind: 'success', key, values: { name: result.user.displayName } };
    response.redirect(303, next);
  }

  async function confirmDelete(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const user = await users.load(scope, userIdOf(request));
    const verdict = await mayDeleteNow(stores, scope, [user], clock());
    if (!verdict.allowed) return answerRefusal(request, response, verdict);
    const model = { user, days: scope.rules.restoreWindowDays, ...linksOf(user) };
    response.page('users/delete-confirm', model, { title: 'common:terms.deleteUser', breadcrumbs: ofUser(user) });
  }

  async function showDeleted(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const page = await listDeleted(stores, scope, placeQuery.parse(request.query));
    const rows = page.users.map((user) => ({
      ...user,
      restore: may(scope, 'users.restore', user),
      askHref: askPath('restore', [user.id]),
      erase: may(scope, 'personalData.erase', user),
      ...linksOf(user),
    }));
    const bulk = offeredInBulk(scope, 'deleted');
    const notes = notesOf(scope, ['users.restore']);
    const model = { ...page, users: rows, days: scope.rules.restoreWindowDays, bulk, notes };
    response.page('users/deleted', model, { title: 'common:terms.deletedUsers', breadcrumbs: inList });
  }

  const act =
    (work: (scope: Scope, userId: string) => Promise<StepOutcome>, notice: string, next?: string): Route['handle'] =>
    async (request, response) =>
      finish(request, response, await work(scopeOf(request), userIdOf(request)), notice, next);

  return [
    { method: 'get', path: paths.deletedUsers, access: 'users.restore', handle: showDeleted },
    { method: 'get', path: paths.user, access: 'users.view', handle: show },
    { method: 'post', path: paths.user, access: 'users.edit', handle: edit },
    {
      method: 'post',
      path: paths.blockUser,
      access: 'users.block',
      handle: act(changes.block, 'users:notice.blocked'),
    },
    {
      method: 'post',
      path: paths.unblockUser,
      access: 'users.block',
      handle: act(changes.unblock, 'users:notice.unblocked'),
    },
    {
      method: 'post',
      path: paths.endUserSessions,
      access: 'users.endSessions',
      handle: act(changes.endSessions, 'users:notice.sessionsEnded'),
    },
    { method: 'get', path: paths.deleteUser, access: 'users.delete', handle: confirmDelete },
    {
      method: 'post',
      path: paths.deleteUser,
      access: 'users.delete',
      handle: act(changes.remove, 'users:notice.deleted', paths.users),
    },
    {
      method: 'post',
      path: paths.restoreUser,
      access: 'users.restore',
      handle: act(changes.restore, 'users:notice.restored'),
    },
  ];
}

const actsOnUser = ['users.edit', 'users.block', 'users.endSessions', 'users.delete', 'users.resetPassword'] as const;

function permissionsOf(scope: Scope, user: User) {
  return {
    edit: may(scope, 'users.edit', user),
    block: may(scope, 'users.block', user),
    remove: may(scope, 'users.delete', user),
    endSessions: may(scope, 'users.endSessions', user),
    removeSecondFactor: may(scope, 'users.removeSecondFactor', user),
    secondFactorRequired: isSecondFactorRequired(scope.rules, user.administratorLevel),
    data: may(scope, 'personalData.view', user),
    levels: levelsFor(scope, user),
    former: formerGlobalAdmin(scope, 'resetPassword', user),
    withheld: wholeNoteOf(
      scope,
      user.secondFactorAt === null ? actsOnUser : [...actsOnUser, 'users.removeSecondFactor'],
      user,
    ),
  };
}
