import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import type { PageFault } from '../http/page-options.ts';
import { newApprovalPath, paths, userPath } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import {
  isIndispensable,
  type Links,
  changeableFields,
  describeHandover,
  type CredentialIssuer,
  type UserActions,
  type EditConflict,
  type EditOutcome,
  type Users,
} from '../../core/accounts/index.ts';
import { restrictionNotes } from '../rules/restriction-notes.ts';
import {
  conflictingFields,
  conflictForm,
  isSubmitted,
  returnedForm,
  storedForm,
  type EditFormState,
} from './edit-form.ts';
import { type NameOrderOf, editForm, readShown } from './users.forms.ts';
import {
  isLinkMailRefused,
  assignableLevels,
  permissionsOf,
  userListBreadcrumbs,
  userLinks,
  userIdOf,
} from './view-models.ts';
import type { UserPage } from './users.views.ts';
import type { Database } from '../../platform/database/database.ts';
import { actingUserId } from '../../domain/principal.ts';
import { bind } from '../../platform/bind.ts';

/** An edit form that could not be saved, with the reasons. */
interface ReturnedEdit {
  readonly form: (user: User, levels: ReturnType<typeof assignableLevels>) => EditFormState;
  readonly faults?: readonly PageFault[];
  readonly status?: number;
}

type Saved = Extract<EditOutcome, { outcome: 'saved' }>;

export interface UserRoutesDependencies {
  readonly database: Database;
  readonly users: Pick<Users, 'show'>;
  readonly changes: Pick<UserActions, 'edit'>;
  readonly links: Pick<Links, 'findLatest'>;
  readonly credentialIssuer: CredentialIssuer;
  readonly answerRefusal: AnswerRefusal;
  readonly nameOrderOf: NameOrderOf;
  readonly clock: () => number;
}

/**
 * Creates the routes of a user's page with the edit form. A form that cannot be saved is shown again with the submitted
 * values.
 */
export function userRoutes(deps: UserRoutesDependencies): Route[] {
  const handlers = bind(deps, { show, edit });
  return [
    {
      method: 'get',
      path: paths.user,
      access: 'users.view',
      handle: (request, response) => handlers.show(request, response, restoredEdit(request)),
    },
    { method: 'post', path: paths.user, access: 'users.edit', form: editFormDeclaration, handle: handlers.edit },
  ];
}

const editFormDeclaration = {
  keeps: [...changeableFields, 'version', ...changeableFields.map((field) => `shown.${field}`)],
  changes: { comparedBy: ['version', 'shown.displayName'] },
};

async function show(
  deps: UserRoutesDependencies,
  request: Request,
  response: Response,
  returned?: ReturnedEdit,
): Promise<void> {
  const { database, users, clock, links, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const { user, password, reset, events } = await users.show(scope, userIdOf(request));
  const isOwn = user.id === actingUserId(scope);
  const isNeeded = !isOwn && (await isIndispensable(database, scope, user, scope.now));
  const levels = assignableLevels(scope, user, isNeeded);
  const permissions = permissionsOf(scope, user, { reset, isNeeded });
  const link = await links.findLatest(scope, user);
  const model: UserPage = {
    user,
    passwordSetAt: password.setAt,
    events,
    levels,
    form: returned?.form(user, levels) ?? storedForm(scope, user, levels),
    status: statusOf(user, clock()),
    link,
    linkMailRefused: isLinkMailRefused(link, events),
    handOver: describeHandover(scope, credentialIssuer),
    isNeeded: isNeeded && permissions.restriction === null,
    ...permissions,
    notes: restrictionNotes(scope, ['users.block', 'users.endSessions', 'users.delete'], user),
    ...userLinks(user),
  };
  const title = { key: 'users:show.title', values: { name: user.displayName } };
  const { faults = [], status } = returned ?? {};
  response.page('users/show', model, {
    title,
    breadcrumbs: userListBreadcrumbs,
    faults,
    ...(status ? { status } : {}),
  });
}

function restoredEdit(request: Request): ReturnedEdit | undefined {
  if (request.restored === undefined || !isSubmitted(request.body)) return undefined;
  return { form: (user, levels) => returnedForm(scopeOf(request), user, levels, request.body) };
}

function answerFaults(
  deps: UserRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
): Promise<void> {
  const scope = scopeOf(request);
  return show(deps, request, response, {
    form: (user, levels) => returnedForm(scope, user, levels, request.body),
    faults,
    ...(status ? { status } : {}),
  });
}

// The failure was thrown to roll the transaction back. The form shows it beside the level and keeps the rest of the
// input.
function levelFault(error: unknown): { readonly fault: PageFault } {
  const code = error instanceof Failure ? error.code : null;
  if (code !== 'user.lastGlobalAdmin' && code !== 'user.lastApprovers') throw error;
  return { fault: { field: 'administratorLevel', code } };
}

async function answerConflict(
  deps: UserRoutesDependencies,
  request: Request,
  response: Response,
  conflict: EditConflict,
): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const fields = await conflictingFields(database, scope, conflict);
  return show(deps, request, response, {
    form: (_user, levels) => conflictForm(scope, conflict, { levels, fields, body: request.body }),
    status: 409,
  });
}

function answerSaved(request: Request, response: Response, { user, merged, needsApproval }: Saved): void {
  const saved = merged ? 'users:notice.merged' : 'users:notice.saved';
  const key = needsApproval ? 'approvals:notice.restSaved' : saved;
  request.session.notice = { kind: 'success', key, values: { name: user.displayName } };
  response.redirect(303, needsApproval ? newApprovalPath('giveGlobalAdmin', [user.id]) : userPath(user.id));
}

async function edit(deps: UserRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { changes, answerRefusal } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(editForm, request.body);
  if (values === null) return answerFaults(deps, request, response, faults);
  const nameOrder = deps.nameOrderOf(values.language ?? scope.tenant.language);
  const sent = { typed: values, shown: readShown(request.body, scope.rules.languages), nameOrder };
  const outcome = await changes.edit(scope, userIdOf(request), sent).catch(levelFault);
  if ('fault' in outcome) return answerFaults(deps, request, response, [outcome.fault], 409);
  if (outcome.outcome === 'refused') return answerRefusal(request, response, outcome.decision);
  if (outcome.outcome === 'invalid') return answerFaults(deps, request, response, outcome.faults);
  if (outcome.outcome === 'conflict') return answerConflict(deps, request, response, outcome);
  return answerSaved(request, response, outcome);
}
