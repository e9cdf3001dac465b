import type { Request, Response } from 'express';
import type { Activity } from '../../domain/activity/event.ts';
import type { User } from '../../domain/people/user.ts';
import { activityStore } from '../../core/activity/index.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Breadcrumb, LocalizedText } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { ChangedUser } from './changed-user.views.ts';
import { serializeSeenUser } from './seen-user.ts';
import { userBreadcrumbs, userLinks, userListBreadcrumbs } from './view-models.ts';

/** @returns the hidden field that records the user as the page shows them */
export const seenFieldsOf = (user: User): ChangedUser['fields'] => ({ seen: serializeSeenUser(user) });

/** Responds to an action on a user who was blocked, unblocked, deleted or restored in the meantime. */
export async function showChangedUser(
  database: Database,
  request: Request,
  response: Response,
  changed: ChangedUser,
): Promise<void> {
  const events = await activityStore.latestChangesOfState(database, scopeOf(request), [changed.user.id]);
  renderChangedUser(response, changed, events);
}

/** @param events the changes by other users, newest first */
export function renderChangedUser(response: Response, changed: ChangedUser, events: readonly Activity[]): void {
  const { user } = changed;
  const isDeleted = user.state === 'deleted';
  const deleted = { href: paths.deletedUsers, label: 'common:terms.deletedUsers' };
  const breadcrumbs: Breadcrumb[] = isDeleted ? [...userListBreadcrumbs, deleted] : userBreadcrumbs(user);
  const backHref = isDeleted ? paths.deletedUsers : userLinks(user).userHref;
  const title: LocalizedText = changed.button.label;
  response.page('users/changed', { ...changed, events, backHref }, { title, breadcrumbs, status: 409 });
}
