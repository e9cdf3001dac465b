import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mayOnceApproved } from '../../src/domain/approval-policy.ts';
import { weakensApproval } from '../../src/domain/tenant-rules.ts';
import { may, mayDelete, mayAssignLevels, maySetRules } from '../../src/domain/policy.ts';
import { approvalRules, type ApprovalRule, type RegionRules } from '../../src/domain/regions.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { worldwide } from '../data/databases.ts';
import { approvalActions, type ApprovalAction } from '../../src/domain/approval-actions.ts';
import { operator, person } from '../../src/domain/principal.ts';
import type { Target, PolicyDecision } from '../../src/domain/policy-decision.ts';

const now = Date.UTC(2026, 10, 30);
const rulesFor = (acts: readonly ApprovalRule[], deleteMoreThan = 3): RegionRules => ({
  ...worldwide,
  twoAdministrators: { for: acts, deleteMoreThan, withinHours: 24 },
});

function scopeOf(
  level: AdministratorLevel | 'operator',
  acts: readonly ApprovalRule[],
  agreed?: ApprovalAction,
): Scope {
  const ada = { id: 'self', username: 'ada@a.example', displayName: 'Ada', agentLevel: 'none' } as const;
  const tenant = { id: 'tenant', name: 'A', language: 'en' } as const;
  const principal = level === 'operator' ? operator : person({ ...ada, administratorLevel: level });
  return createScope({
    rules: rulesFor(acts),
    language: 'en',
    requestId: 'r',
    now,
    address: null,
    tenant,
    principal,
    agreed,
  });
}

const someone = (administratorLevel: AdministratorLevel, globalAdminUntil: number | null = null): Target => ({
  ...{ id: administratorLevel, administratorLevel, globalAdminUntil },
});
const global = someone('global');
const plain = someone('none');
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
    test(`${label} needs approval under the rule ${guard} only`, () => {
      for (const named of approvalRules) {
        const decision = ask(scopeOf('global', [named]));
        const outcome = decision.allowed ? 'yes' : decision.because;
        assert.equal(outcome, named === guard ? 'secondAdministrator' : 'yes', named);
        if (!decision.allowed && decision.because === 'secondAdministrator') assert.equal(decision.act, act);
      }
    });

    test(`${label} is allowed with its own approval and no other`, () => {
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

  const changes: [label: string, from: RegionRules, to: RegionRules, fewer: boolean][] = [
    ['unchanged rules', rulesFor(['export']), rulesFor(['export']), false],
    ['an additional action', rulesFor(['export']), rulesFor(['export', 'deleteMany']), false],
    ['one action fewer', rulesFor(['export', 'deleteMany']), rulesFor(['export']), true],
    ['another action', rulesFor(['export']), rulesFor(['deleteMany']), true],
    ['a higher deletion limit', rulesFor(['deleteMany'], 3), rulesFor(['deleteMany'], 4), true],
    ['a lower deletion limit', rulesFor(['deleteMany'], 4), rulesFor(['deleteMany'], 3), false],
    ['a limit without its rule', rulesFor([], 3), rulesFor([], 4), false],
  ];
  for (const [label, from, to, fewer] of changes) {
    test(`a change of rules ${fewer ? 'weakens' : 'does not weaken'} approval: ${label}`, () =>
      assert.equal(weakensApproval(from, to), fewer));
  }
});

describe('protection after the Global admin level was removed', () => {
  const days30 = 30 * 24 * 3_600_000;
  const acts = ['users.resetPassword', 'users.import', 'users.removeSecondFactor'] as const;
  const outcome = (decision: PolicyDecision): string => (decision.allowed ? 'yes' : decision.because);
  const rows: [label: string, until: number | null, byGlobal: string, byManager: string][] = [
    ['never held', null, 'yes', 'yes'],
    ['removed now', now, 'secondAdministrator', 'formerGlobalAdmin'],
    ['removed at a future time, set by another clock', now + 5_000, 'secondAdministrator', 'formerGlobalAdmin'],
    ['removed a millisecond less than 30 days ago', now - days30 + 1, 'secondAdministrator', 'formerGlobalAdmin'],
    ['removed 30 days ago', now - days30, 'yes', 'yes'],
    ['removed more than 30 days ago', now - days30 - 1, 'yes', 'yes'],
  ];
  for (const [label, until, byGlobal, byManager] of rows)
    test(`returns "${byGlobal}" for Global admins and "${byManager}" for User management admins if the level was ${label}`, () => {
      for (const level of ['none', 'billing', 'userManagement'] as const) {
        const former = someone(level, until);
        for (const action of acts) {
          assert.equal(outcome(may(scopeOf('global', ['resetGlobalAdmin']), action, former)), byGlobal, action);
          assert.equal(outcome(may(scopeOf('userManagement', ['resetGlobalAdmin']), action, former)), byManager);
          assert.equal(outcome(may(scopeOf('global', []), action, former)), 'yes', 'one administrator is enough');
          assert.equal(outcome(may(scopeOf('userManagement', []), action, former)), 'yes');
          assert.equal(outcome(may(scopeOf('operator', approvalRules), action, former)), 'yes', 'for the operator');
        }
      }
    });

  test('affects no other actions on the user', () => {
    const former = someone('none', now);
    for (const action of ['users.edit', 'users.block', 'users.delete', 'users.restore', 'users.endSessions'] as const)
      for (const level of ['global', 'userManagement'] as const)
        assert.equal(outcome(may(scopeOf(level, approvalRules), action, former)), 'yes', action);
  });

  test('restricts approval to Global admins', () => {
    const target = someone('none', now);
    for (const act of ['resetPassword', 'removeSecondFactor'] as const) {
      assert.equal(mayOnceApproved(scopeOf('global', approvalRules), act, [target]).allowed, true);
      assert.equal(mayOnceApproved(scopeOf('userManagement', approvalRules), act, [target]).allowed, false);
      assert.equal(
        mayOnceApproved(scopeOf('userManagement', approvalRules), act, [{ id: 'x', administratorLevel: 'none' }])
          .allowed,
        true,
      );
    }
  });
});

describe('permission to approve a request', () => {
  const self: Target = { id: 'self', administratorLevel: 'global', globalAdminUntil: null };
  const rows: [level: AdministratorLevel, act: ApprovalAction, targets: Target[], could: boolean][] = [
    ['global', 'resetPassword', [global], true],
    ['global', 'resetPassword', [self], false],
    ['userManagement', 'resetPassword', [global], false],
    ['global', 'giveGlobalAdmin', [plain], true],
    ['userManagement', 'giveGlobalAdmin', [plain], false],
    ['global', 'restore', [global], true],
    ['userManagement', 'restore', [global], false],
    ['userManagement', 'delete', [plain, someone('billing')], true],
    ['userManagement', 'delete', [plain, global], false],
    ['global', 'delete', [plain, self], false],
    ['userManagement', 'exportUsers', [], true],
    ['billing', 'exportUsers', [], false],
    ['userManagement', 'exportLog', [], true],
    ['none', 'exportLog', [], false],
    ['global', 'loosenRules', [], true],
    ['userManagement', 'loosenRules', [], false],
  ];
  for (const [level, act, targets, could] of rows) {
    test(`is ${could ? 'granted' : 'denied'} to ${level} for ${act}${targets.length > 0 ? ` of ${targets.map(({ id }) => id).join(' and ')}` : ''}`, () => {
      assert.equal(mayOnceApproved(scopeOf(level, approvalRules), act, targets).allowed, could);
    });
  }
});
