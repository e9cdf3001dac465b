import type { Request, Response } from 'express';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { describeHandover, type CredentialIssuer, type AddUser, tenantsStore } from '../../core/accounts/index.ts';
import { type CreateHandoverSheet, showCredential } from './handover.ts';
import { fullName } from '../../domain/people/user.ts';
import { type NameOrderOf, newUserForm } from './users.forms.ts';
import { assignableLevels, userListBreadcrumbs } from './view-models.ts';
import type { NewUserPage } from './users.views.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface AddUserRoutesDependencies {
  readonly database: Database;
  readonly addUser: AddUser;
  readonly credentialIssuer: CredentialIssuer;
  readonly sheet: CreateHandoverSheet;
  readonly answerRefusal: AnswerRefusal;
  readonly nameOrderOf: NameOrderOf;
}

export function addUserRoutes(deps: AddUserRoutesDependencies): Route[] {
  const handlers = bind(deps, { showForm, add });
  return [
    {
      method: 'get',
      path: paths.newUser,
      access: 'users.add',
      handle: (request, response) => handlers.showForm(request, response, []),
    },
    {
      method: 'post',
      path: paths.newUser,
      access: 'users.add',
      form: {
        keeps: ['firstName', 'lastName', 'displayName', 'username', 'language', 'administratorLevel', 'agentLevel'],
        changes: { notNeeded: 'adds a user; a user name can be added only once' },
      },
      handle: handlers.add,
    },
  ];
}

async function showForm(
  deps: AddUserRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
): Promise<void> {
  const { database, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const typed = (request.body ?? {}) as Record<string, unknown>;
  const textOf = (name: string): string => (typeof typed[name] === 'string' ? typed[name] : '');
  const values = {
    firstName: textOf('firstName'),
    lastName: textOf('lastName'),
    displayName: textOf('displayName'),
    username: textOf('username'),
    language: textOf('language'),
    administratorLevel: textOf('administratorLevel'),
    agentLevel: textOf('agentLevel'),
  };
  const tenant = await tenantsStore.findOwn(database, scope);
  const model: NewUserPage = {
    values,
    domains: tenant?.domains ?? [],
    levels: assignableLevels(scope, null),
    handOver: describeHandover(scope, credentialIssuer),
    isUsernameOfDeletedUser: faults.some((fault) => 'code' in fault && fault.code === 'username.ofDeletedUser'),
  };
  response.page('users/new', model, {
    title: 'common:terms.addUser',
    breadcrumbs: userListBreadcrumbs,
    faults,
    ...(status ? { status } : {}),
  });
}

async function add(deps: AddUserRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { addUser, answerRefusal, sheet } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(newUserForm, request.body);
  if (values === null) return showForm(deps, request, response, faults);
  const nameOrder = deps.nameOrderOf(values.language ?? scope.tenant.language);
  const result = await addUser(scope, { ...values, displayName: values.displayName || fullName(values, nameOrder) });
  if (result.outcome === 'invalid') return showForm(deps, request, response, result.faults);
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'noMail') return showForm(deps, request, response, [], 409);
  const { user, credential } = result;
  const content = { heading: 'users:added', sessionsEnded: false };
  const options = { title: 'common:terms.addUser', breadcrumbs: userListBreadcrumbs };
  showCredential(response, { user, credential, sheet: sheet(scope, user, credential), ...content }, options);
}
