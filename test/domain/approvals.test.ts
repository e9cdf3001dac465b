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

/** What each rule guards, as a question to the judge. */
const questions: [label: string, guard: ApprovalRule, act: ApprovalAction, ask: (scope: Scope) => PolicyDecision][] = [
  ['reset a Global admin', 'resetGlobalAdmin', 'resetPassword', (scope) => may(scope, 'users.resetPassword', global)],
  [
    'give a file’s Global admin a password',
    'resetGlobalAdmin',
    'resetPassword',
    (scope) => may(scope, 'users.import', global),
  ],
  ['restore a Global admin', 'giveGlobalAdmin', 'restore', (scope) => may(scope, 'users.restore', global)],
  [
    'give the level',
    'giveGlobalAdmin',
    'giveGlobalAdmin',
    (scope) => mayAssignLevels(scope, { ...plain, ...levels('none') }, levels('global')),
  ],
  ['add at the level', 'giveGlobalAdmin', 'giveGlobalAdmin', (scope) => mayAssignLevels(scope, null, levels('global'))],
  ['export users', 'export', 'exportUsers', (scope) => may(scope, 'users.export')],
  ['export the log', 'export', 'exportLog', (scope) => may(scope, 'activity.export')],
  ['delete a fourth', 'deleteMany', 'delete', (scope) => mayDelete(scope, [plain], 3)],
  ['delete four', 'deleteMany', 'delete', (scope) => mayDelete(scope, [plain, plain, plain, plain], 0)],
];

/** What needs nobody else under any rule. */
const free: [label: string, ask: (scope: Scope) => PolicyDecision][] = [
  ['reset somebody else', (scope) => may(scope, 'users.resetPassword', plain)],
  ['restore somebody else', (scope) => may(scope, 'users.restore', plain)],
  ['give another level', (scope) => mayAssignLevels(scope, { ...plain, ...levels('none') }, levels('userManagement'))],
  ['take the level', (scope) => mayAssignLevels(scope, { ...global, ...levels('global') }, levels('none'))],
  ['block a Global admin', (scope) => may(scope, 'users.block', global)],
  ['delete a third', (scope) => mayDelete(scope, [plain], 2)],
  ['read the log', (scope) => may(scope, 'activity.view')],
];

describe('the judge on acts for two', () => {
  for (const [label, guard, act, ask] of questions) {
    test(`${label}: asks for another under ${guard} alone`, () => {
      for (const named of approvalRules) {
        const decision = ask(scopeOf('global', [named]));
        assert.equal(
          decision.allowed ? 'yes' : decision.because,
          named === guard ? 'secondAdministrator' : 'yes',
          named,
        );
        if (!decision.allowed && decision.because === 'secondAdministrator') assert.equal(decision.act, act);
      }
    });

    test(`${label}: is allowed with the agreement to it, and with no other`, () => {
      for (const agreed of approvalActions)
        assert.equal(ask(scopeOf('global', approvalRules, agreed)).allowed, agreed === act, agreed);
      assert.equal(ask(scopeOf('operator', approvalRules)).allowed, true, 'the operator is outside');
    });

    test(`${label}: an agreement gives no right that somebody does not have`, () => {
      const decision = ask(scopeOf('billing', approvalRules, act));
      assert.equal(
        act === 'giveGlobalAdmin'
          ? decision.allowed
          : may(scopeOf('billing', approvalRules, act), 'users.list').allowed,
        false,
      );
    });
  }

  for (const [label, ask] of free) {
    test(`${label}: needs nobody else`, () => assert.equal(ask(scopeOf('global', approvalRules)).allowed, true));
  }

  test('to ask for fewer than two, two are needed', () => {
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
    ['the same', rulesFor(['export']), rulesFor(['export']), false],
    ['one act more', rulesFor(['export']), rulesFor(['export', 'deleteMany']), false],
    ['one act less', rulesFor(['export', 'deleteMany']), rulesFor(['export']), true],
    ['another act', rulesFor(['export']), rulesFor(['deleteMany']), true],
    ['more to be deleted', rulesFor(['deleteMany'], 3), rulesFor(['deleteMany'], 4), true],
    ['fewer to be deleted', rulesFor(['deleteMany'], 4), rulesFor(['deleteMany'], 3), false],
    ['a number that nothing asks for', rulesFor([], 3), rulesFor([], 4), false],
  ];
  for (const [label, from, to, fewer] of changes) {
    test(`a change of rules: ${label}`, () => assert.equal(weakensApproval(from, to), fewer));
  }
});

describe('a level that was removed lately', () => {
  const days30 = 30 * 24 * 3_600_000;
  const acts = ['users.resetPassword', 'users.import', 'users.removeSecondFactor'] as const;
  const word = (decision: PolicyDecision): string => (decision.allowed ? 'yes' : decision.because);
  const rows: [label: string, until: number | null, byGlobal: string, byManager: string][] = [
    ['never', null, 'yes', 'yes'],
    ['now', now, 'secondAdministrator', 'formerGlobalAdmin'],
    ['later, by another clock', now + 5_000, 'secondAdministrator', 'formerGlobalAdmin'],
    ['a millisecond less than 30 days ago', now - days30 + 1, 'secondAdministrator', 'formerGlobalAdmin'],
    ['30 days ago', now - days30, 'yes', 'yes'],
    ['before that', now - days30 - 1, 'yes', 'yes'],
  ];
  for (const [label, until, byGlobal, byManager] of rows)
    test(`${label}: what takes an account over is ${byGlobal} and ${byManager}`, () => {
      for (const level of ['none', 'billing', 'userManagement'] as const) {
        const former = someone(level, until);
        for (const action of acts) {
          assert.equal(word(may(scopeOf('global', ['resetGlobalAdmin']), action, former)), byGlobal, action);
          assert.equal(word(may(scopeOf('userManagement', ['resetGlobalAdmin']), action, former)), byManager);
          assert.equal(word(may(scopeOf('global', []), action, former)), 'yes', 'one administrator is enough');
          assert.equal(word(may(scopeOf('userManagement', []), action, former)), 'yes');
          assert.equal(word(may(scopeOf('operator', approvalRules), action, former)), 'yes', 'from outside');
        }
      }
    });

  test('changes nothing else that is done to the user', () => {
    const former = someone('none', now);
    for (const action of ['users.edit', 'users.block', 'users.delete', 'users.restore', 'users.endSessions'] as const)
      for (const level of ['global', 'userManagement'] as const)
        assert.equal(word(may(scopeOf(level, approvalRules), action, former)), 'yes', action);
  });

  test('can be answered by Global admins only', () => {
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

describe('who could do it themselves', () => {
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
    test(`${level}, ${act} of ${targets.map(({ id }) => id).join(' and ') || 'nobody'}: ${could ? 'yes' : 'no'}`, () => {
      assert.equal(mayOnceApproved(scopeOf(level, approvalRules), act, targets).allowed, could);
    });
  }
});
