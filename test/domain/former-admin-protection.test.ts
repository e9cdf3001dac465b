import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mayOnceApproved } from '../../src/domain/approval-policy.ts';
import { formerAdminProtection } from '../../src/domain/former-admin-protection.ts';
import type { PolicyDecision } from '../../src/domain/policy-decision.ts';
import { may } from '../../src/domain/policy.ts';
import { approvalRules } from '../../src/domain/regions.ts';
import { now, rulesFor, scopeOf, someone } from './approval-scopes.ts';

const dayMs = 24 * 3_600_000;

describe('protection after the Global admin level was removed', () => {
  const days30 = 30 * dayMs;
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

  for (const days of [1, 7, 365])
    test(`ends after the ${days} days that the rules of the region say`, () => {
      const scope = scopeOf('global', rulesFor(['resetGlobalAdmin'], 3, days));
      const protectionOf = (removedAt: number) =>
        formerAdminProtection(scope, 'resetPassword', someone('none', removedAt))?.protectedUntil ?? null;
      assert.deepEqual([protectionOf(now - days * dayMs + 1), protectionOf(now - days * dayMs)], [now + 1, null]);
      assert.equal(outcome(may(scope, 'users.resetPassword', someone('none', now - days * dayMs))), 'yes');
    });
});
