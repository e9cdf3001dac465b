import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { approvalActions, type ApprovalAction } from '../../src/domain/approval-actions.ts';
import type { PolicyDecision, Target } from '../../src/domain/policy-decision.ts';
import { may, mayAssignLevels, mayDelete, maySetRules } from '../../src/domain/policy.ts';
import { approvalRules, type ApprovalRule, type RegionRules } from '../../src/domain/regions.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { newApprovalRules, weakensApproval } from '../../src/domain/tenant-rules.ts';
import { global, plain, rulesFor, scopeOf } from './approval-scopes.ts';

const levels = (administratorLevel: AdministratorLevel) => ({ administratorLevel, agentLevel: 'none' }) as const;
const assign = (target: Target, from: AdministratorLevel, to: AdministratorLevel) => (scope: Scope) =>
  mayAssignLevels(scope, { ...target, ...levels(from) }, levels(to));
const addAt = (level: AdministratorLevel) => (scope: Scope) => mayAssignLevels(scope, null, levels(level));

/** The policy decisions that each approval rule affects. */
const questions: [label: string, guard: ApprovalRule, act: ApprovalAction, ask: (scope: Scope) => PolicyDecision][] = [
  [
    'resetting a Global admin',
    'resetGlobalAdmin',
    'resetPassword',
    (scope) => may(scope, 'users.resetPassword', global),
  ],
  [
    'issuing a password to an imported Global admin',
    'resetGlobalAdmin',
    'resetPassword',
    (scope) => may(scope, 'users.import', global),
  ],
  ['restoring a Global admin', 'giveGlobalAdmin', 'restore', (scope) => may(scope, 'users.restore', global)],
  ['promoting to Global admin', 'giveGlobalAdmin', 'giveGlobalAdmin', assign(plain, 'none', 'global')],
  ['adding a Global admin', 'giveGlobalAdmin', 'giveGlobalAdmin', addAt('global')],
  ['exporting users', 'export', 'exportUsers', (scope) => may(scope, 'users.export')],
  ['exporting the activity log', 'export', 'exportLog', (scope) => may(scope, 'activity.export')],
  ['deleting a fourth user', 'deleteMany', 'delete', (scope) => mayDelete(scope, [plain], 3)],
  ['deleting four users', 'deleteMany', 'delete', (scope) => mayDelete(scope, [plain, plain, plain, plain], 0)],
];

/** Actions that never need approval. */
const free: [label: string, ask: (scope: Scope) => PolicyDecision][] = [
  ['resetting another user', (scope) => may(scope, 'users.resetPassword', plain)],
  ['restoring another user', (scope) => may(scope, 'users.restore', plain)],
  ['giving another level', assign(plain, 'none', 'userManagement')],
  ['removing the Global admin level', assign(global, 'global', 'none')],
  ['blocking a Global admin', (scope) => may(scope, 'users.block', global)],
  ['deleting a third user', (scope) => mayDelete(scope, [plain], 2)],
  ['reading the activity log', (scope) => may(scope, 'activity.view')],
];

describe('the policy on actions that may need approval', () => {
  for (const [label, guard, act, ask] of questions) {
    test(`${label} needs approval only under the rule ${guard}`, () => {
      for (const named of approvalRules) {
        const decision = ask(scopeOf('global', [named]));
        const outcome = decision.allowed ? 'yes' : decision.because;
        assert.equal(outcome, named === guard ? 'secondAdministrator' : 'yes', named);
        if (!decision.allowed && decision.because === 'secondAdministrator') assert.equal(decision.act, act);
      }
    });

    test(`${label} is allowed only with an approval of the same action`, () => {
      for (const agreed of approvalActions)
        assert.equal(ask(scopeOf('global', approvalRules, agreed)).allowed, agreed === act, agreed);
      assert.equal(ask(scopeOf('operator', approvalRules)).allowed, true, 'the operator needs no approval');
    });

    test(`${label} with an approval still needs the permission`, () => {
      const decision = ask(scopeOf('billing', approvalRules, act));
      assert.equal(decision.allowed, false);
    });
  }

  for (const [label, ask] of free) {
    test(`${label} never needs approval`, () => assert.equal(ask(scopeOf('global', approvalRules)).allowed, true));
  }

  test('loosening the approval rules needs approval', () => {
    const scope = scopeOf('global', approvalRules);
    assert.equal(maySetRules(scope, false).allowed, true);
    assert.deepEqual(maySetRules(scope, true), {
      allowed: false,
      because: 'secondAdministrator',
      act: 'loosenRules',
      users: [],
    });
    assert.deepEqual(maySetRules(scopeOf('userManagement', []), true), { allowed: false, because: 'level' });
  });

  const managedBy = (
    administratorsManagedBy: RegionRules['administratorsManagedBy'],
    acts: readonly ApprovalRule[] = ['export'],
  ): RegionRules => ({ ...rulesFor(acts), administratorsManagedBy });
  const changes: [label: string, from: RegionRules, to: RegionRules, fewer: boolean][] = [
    ['unchanged rules', rulesFor(['export']), rulesFor(['export']), false],
    ['an additional action', rulesFor(['export']), rulesFor(['export', 'deleteMany']), false],
    ['one action fewer', rulesFor(['export', 'deleteMany']), rulesFor(['export']), true],
    ['another action', rulesFor(['export']), rulesFor(['deleteMany']), true],
    ['a higher deletion limit', rulesFor(['deleteMany'], 3), rulesFor(['deleteMany'], 4), true],
    ['a lower deletion limit', rulesFor(['deleteMany'], 4), rulesFor(['deleteMany'], 3), false],
    ['more administrators who can approve', managedBy('globalAdmins'), managedBy('userManagers'), true],
    ['fewer administrators who can approve', managedBy('userManagers'), managedBy('globalAdmins'), false],
    [
      'more who manage administrators, without approvals',
      managedBy('globalAdmins', []),
      managedBy('userManagers', []),
      false,
    ],
    [
      'a higher deletion limit with fewer administrators who can approve',
      { ...rulesFor(['deleteMany'], 3), administratorsManagedBy: 'userManagers' },
      { ...rulesFor(['deleteMany'], 4), administratorsManagedBy: 'globalAdmins' },
      true,
    ],
    ['a limit without its rule', rulesFor([], 3), rulesFor([], 4), false],
  ];
  for (const [label, from, to, fewer] of changes) {
    test(`a change of rules ${fewer ? 'weakens' : 'does not weaken'} approval: ${label}`, () =>
      assert.equal(weakensApproval(from, to), fewer));
  }

  const additions: [label: string, from: RegionRules, to: RegionRules, added: string[]][] = [
    ['none for unchanged rules', rulesFor(['export']), rulesFor(['export']), []],
    ['an additional action', rulesFor(['export']), rulesFor(['export', 'deleteMany']), ['deleteMany']],
    ['another action', rulesFor(['export']), rulesFor(['giveGlobalAdmin']), ['giveGlobalAdmin']],
    ['none for one action fewer', rulesFor(['export', 'deleteMany']), rulesFor(['export']), []],
    ['a lower deletion limit', rulesFor(['deleteMany'], 4), rulesFor(['deleteMany'], 3), ['deleteMoreThan']],
    ['none for a lower limit without its rule', rulesFor([], 4), rulesFor([], 3), []],
  ];
  for (const [label, from, to, added] of additions) {
    test(`the new approval requirements of a change of rules: ${label}`, () =>
      assert.deepEqual(newApprovalRules(from, to), added));
  }
});
