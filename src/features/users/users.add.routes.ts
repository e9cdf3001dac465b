import type { Request, Response } from 'express';
import type { FieldFault } from '../../domain/errors.ts';
import { isOffered, mayGive } from '../../domain/policy.ts';
import { administratorLevels, agentLevels, type AdministratorLevel } from '../../domain/roles.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { readForm } from '../../web/forms.ts';
import { scopeOf } from '../../web/request.ts';
import type { AnswerRefusal, Route } from '../../web/routing.ts';
import { handOverOf, type WaysIn } from '../links/ways-in.ts';
import type { HandOverSheet } from './hand-over-sheet.ts';
import { showWayIn } from './users.reveal.trail.ts';
import type { AddUser } from './users.add.ts';
import { newUserForm } from './users.forms.ts';
import { inList } from './users.trail.ts';

const fields = ['firstName', 'lastName', 'displayName', 'username', 'language', 'administratorLevel', 'agentLevel'];

export function addUserRoutes(parts: {
  stores: Stores;
  addUser: AddUser;
  waysIn: WaysIn;
  sheet: HandOverSheet;
  answerRefusal: AnswerRefusal;
}): Route[] {
  const { stores, addUser, waysIn, sheet, answerRefusal } = parts;

  async function ask(request: Request, response: Response, faults: readonly FieldFault[], answer = 200): Promise<void> {
    const scope = scopeOf(request);
    const typed = (request.body ?? {}) as Record<string, unknown>;
    const values = Object.fromEntries(fields.map((name) => [name, typeof typed[name] === 'string' ? typed[name] : '']));
    const verdictOn = (administratorLevel: AdministratorLevel) =>
      mayGive(scope, null, { administratorLevel, agentLevel: 'none' });
    const offered = administratorLevels.filter((level) => verdictOn(level).allowed);
    const agents = agentLevels.filter(
      (agentLevel) => mayGive(scope, null, { administratorLevel: 'none', agentLevel }).allowed,
    );
    const tenant = await stores.tenants.findOwn(scope);
    const model = {
      values,
      domains: tenant?.domains ?? [],
      levels: { administrator: offered, agent: agents, own: false },
      // Nobody can agree to somebody who is not there yet: the level is asked for on their page.
      globalLater: isOffered(verdictOn('global')) && !verdictOn('global').allowed,
      handOver: handOverOf(scope, waysIn),
    };
    const status = faults.length > 0 ? {} : { status: answer };
    response.page('users/new', model, { title: 'common:terms.addUser', breadcrumbs: inList, faults, ...status });
  }

  async function add(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const { values, faults } = readForm(newUserForm, request.body);
    if (values === null) return ask(request, response, faults);
    const result = await addUser(scope, values);
    if (result.outcome === 'invalid') return ask(request, response, result.faults);
    if (result.outcome === 'refused') return answerRefusal(request, response, result.verdict);
    if (result.outcome === 'noMail') return ask(request, response, [], 409);
    const { user, way } = result;
    const told = { heading: 'users:added', ended: false };
    const frame = { title: 'common:terms.addUser', breadcrumbs: inList };
    showWayIn(response, { user, way, sheet: sheet(scope, user, way), ...told }, frame);
  }

  return [
    {
      method: 'get',
      path: paths.newUser,
      access: 'users.add',
      handle: (request, response) => ask(request, response, []),
    },
    { method: 'post', path: paths.newUser, access: 'users.add', handle: add },
  ];
}
