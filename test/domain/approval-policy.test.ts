import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApprovalAction } from '../../src/domain/approval-actions.ts';
import { mayOnceApproved } from '../../src/domain/approval-policy.ts';
import type { Target } from '../../src/domain/policy-decision.ts';
import { approvalRules } from '../../src/domain/regions.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { global, plain, scopeOf, someone } from './approval-scopes.ts';

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
