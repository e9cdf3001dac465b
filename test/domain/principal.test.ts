import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { may, mayDelete, mayAssignLevels, maySetRules } from '../../src/domain/policy.ts';
import { actingUserId, actorIdOf, job, jobNames, operator, person, toRecorded } from '../../src/domain/principal.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { actions, type Action } from '../../src/domain/roles.ts';
import { createScope, supportScope, type Scope } from '../../src/domain/scope.ts';
import { worldwide } from '../data/databases.ts';
import type { Target } from '../../src/domain/policy-decision.ts';

const tenant = { id: 'tenant', name: 'Ateliers Lumière', language: 'fr' } as const;
const ada = { id: 'ada', username: 'ada@a.example', displayName: 'Ada', agentLevel: 'none' } as const;
const zoe: Target & { agentLevel: 'none' } = {
  id: 'zoe',
  administratorLevel: 'none',
  agentLevel: 'none',
  globalAdminUntil: null,
};

const scopeOf = (principal: Principal): Scope =>
  createScope({ rules: worldwide, language: 'en', requestId: 'r', now: 0, address: null, tenant, principal });

const globalAdmin = person({ ...ada, administratorLevel: 'global' });
const granted = { grantId: 'g', purpose: 'p', endsAt: 1, grantedBy: { id: 'c', name: 'Camille' } } as const;
const support = (level: 'look' | 'manage'): Principal =>
  supportScope(scopeOf(globalAdmin), tenant, { ...granted, level }, worldwide).principal;

const everything = [...actions];
const own: Action[] = ['dashboard.view', 'profile.view', 'password.change'];
const looking: Action[] = ['dashboard.view', 'accountSettings.view', 'users.list', 'users.view', 'activity.view'];
const managing = [
  ...looking,
  ...['add', 'edit', 'block', 'delete', 'restore', 'resetPassword', 'endSessions'].map(ofUsers),
];

function ofUsers(verb: string): Action {
  return `users.${verb}` as Action;
}

/** The actions that each kind of principal can perform without a target. */
const table: [label: string, principal: Principal, allowed: readonly Action[]][] = [
  ['a user without a level', person({ ...ada, administratorLevel: 'none' }), own],
  ['a Global admin', globalAdmin, everything],
  ['an operator with read-only support access', support('look'), looking],
  ['an operator with support access to manage users', support('manage'), managing],
  ['the operator', operator, everything],
  ['a client', { kind: 'client', clientId: 'c', scopes: everything }, []],
  ...jobNames.map((name): [string, Principal, Action[]] => [`the job ${name}`, job(name), []]),
];

describe('the permissions of each kind of principal', () => {
  for (const [label, principal, allowed] of table) {
    for (const action of actions) {
      const verb = allowed.includes(action) ? 'may' : 'may not';
      test(`${label} ${verb} perform ${action}`, () => {
        assert.equal(may(scopeOf(principal), action).allowed, allowed.includes(action));
      });
    }
  }
});

describe('a principal without permissions', () => {
  const unknown: [label: string, principal: unknown][] = [
    ['is missing', undefined],
    ['is null', null],
    ['has no kind', {}],
    ['is of an unknown kind', { kind: 'administrator', administratorLevel: 'global' }],
    ['is a client with every scope', { kind: 'client', clientId: 'c', scopes: ['*'] }],
    ['is a job', job('retention')],
  ];
  for (const [label, principal] of unknown) {
    test(`is denied every action if it ${label}`, () => {
      const scope = { ...scopeOf(operator), principal: principal as Principal };
      for (const action of actions) {
        assert.deepEqual(may(scope, action), { allowed: false, because: 'principal' }, action);
        assert.deepEqual(may(scope, action, zoe), { allowed: false, because: 'principal' }, action);
      }
      assert.equal(mayDelete(scope, [zoe], 0).allowed, false);
      assert.equal(maySetRules(scope, true).allowed, false);
      assert.equal(mayAssignLevels(scope, zoe, { ...zoe, agentLevel: 'sales' }).allowed, false);
      assert.equal(mayAssignLevels(scope, zoe, zoe).allowed, false, 'not even the current level');
    });
  }
});

describe('principals in the activity log', () => {
  const recorded: [principal: Principal, kind: string, id: string | null, user: string | null][] = [
    [globalAdmin, 'person', 'ada', 'ada'],
    [support('look'), 'support', 'ada', 'ada'],
    [operator, 'operator', null, null],
    [{ kind: 'client', clientId: 'erp', scopes: [] }, 'client', 'erp', null],
    [job('imports'), 'job', 'imports', null],
  ];
  for (const [principal, kind, id, user] of recorded) {
    test(`are stored with their kind and ID: ${kind}`, () => {
      assert.deepEqual(toRecorded(principal), { kind, id });
      assert.equal(actorIdOf({ principal }), user);
      assert.equal(actingUserId({ principal }), user ?? '', 'the empty string matches no user in a query');
    });
  }
});
