import type { Request, Response } from 'express';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf } from '../http/request.ts';
import type { AnswerRefusal, Route } from '../http/routing.ts';
import { describeHandover, type CredentialIssuer, type AddUser, tenantsStore } from '../../core/accounts/index.ts';
import { type HandOverSheet, showCredential } from './hand-over.ts';
import { fullName } from '../../domain/people/user.ts';
import { type NameOrderOf, newUserForm } from './users.forms.ts';
import { levelsFor, inList } from './view-models.ts';
import type { NewUserPage } from './users.views.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

export interface AddUserRoutesDependencies {
  readonly database: Database;
  readonly addUser: AddUser;
  readonly credentialIssuer: CredentialIssuer;
  readonly sheet: HandOverSheet;
  readonly answerRefusal: AnswerRefusal;
  readonly nameOrderOf: NameOrderOf;
}

export function addUserRoutes(deps: AddUserRoutesDependencies): Route[] {
  const handlers = bind(deps, { ask, add });
  return [
    {
      method: 'get',
      path: paths.newUser,
      access: 'users.add',
      handle: (request, response) => handlers.ask(request, response, []),
    },
    { method: 'post', path: paths.newUser, access: 'users.add', handle: handlers.add },
  ];
}

async function ask(
  deps: AddUserRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  answer = 200,
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
    levels: levelsFor(scope, null),
    handOver: describeHandover(scope, credentialIssuer),
  };
  const status = faults.length > 0 ? {} : { status: answer };
  response.page('users/new', model, { title: 'common:terms.addUser', breadcrumbs: inList, faults, ...status });
}

async function add(deps: AddUserRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { addUser, answerRefusal, sheet } = deps;
  const scope = scopeOf(request);
  const { values, faults } = readForm(newUserForm, request.body);
  if (values === null) return ask(deps, request, response, faults);
  const nameOrder = deps.nameOrderOf(values.language ?? scope.tenant.language);
  const result = await addUser(scope, { ...values, displayName: values.displayName || fullName(values, nameOrder) });
  if (result.outcome === 'invalid') return ask(deps, request, response, result.faults);
  if (result.outcome === 'refused') return answerRefusal(request, response, result.decision);
  if (result.outcome === 'noMail') return ask(deps, request, response, [], 409);
  const { user, credential } = result;
  const told = { heading: 'users:added', ended: false };
  const frame = { title: 'common:terms.addUser', breadcrumbs: inList };
  showCredential(response, { user, way: credential, sheet: sheet(scope, user, credential), ...told }, frame);
}
