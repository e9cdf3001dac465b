import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { may, mayAssignLevels } from '../../src/domain/policy.ts';
import { actions, administratorLevels, type Action } from '../../src/domain/roles.ts';
import { createScope, type Scope, supportScope, homeScope } from '../../src/domain/scope.ts';
import { supportEndReason, supportLevels, type Grant } from '../../src/domain/support.ts';
import { worldwide } from '../data/databases.ts';
import { person } from '../../src/domain/principal.ts';

const now = 1_000_000;
const home = { id: 'home', name: 'hosting.example', language: 'en' } as const;
const tenant = { id: 'tenant', name: 'Ateliers Lumière', language: 'fr' } as const;
const outside = createScope({
  rules: worldwide,
  language: 'en',
  requestId: 'request',
  now,
  address: null,
  tenant: home,
  principal: person({
    id: 'ada',
    username: 'ada@hosting.example',
    displayName: 'Ada',
    administratorLevel: 'none',
    agentLevel: 'none',
  }),
});
const inside = (level: Grant['level']): Scope => {
  const grantedBy = { id: 'camille', name: 'Camille Laurent' };
  return supportScope(
    outside,
    tenant,
    { grantId: 'grant', purpose: 'p', level, endsAt: now + 1, grantedBy },
    worldwide,
  );
};

// Listed independently of the policy: an action that becomes available to support must be added here, too.
const looking: Action[] = ['dashboard.view', 'accountSettings.view', 'users.list', 'users.view', 'activity.view'];
const managing: Action[] = ['add', 'edit', 'block', 'delete', 'restore', 'resetPassword', 'endSessions'].map(
  (verb) => `users.${verb}` as Action,
);

describe('a support session', () => {
  for (const level of supportLevels) {
    test(`allows exactly the actions of level ${level}`, () => {
      const open = actions.filter((action) => may(inside(level), action).allowed);
      assert.deepEqual(open.sort(), [...looking, ...(level === 'manage' ? managing : [])].sort());
    });
  }

  test('allows no actions on users with an administrator level', () => {
    for (const action of managing.filter((each) => each !== 'users.add')) {
      for (const administratorLevel of administratorLevels) {
        const { allowed } = may(inside('manage'), action, { id: 'zoe', administratorLevel, globalAdminUntil: null });
        assert.equal(allowed, administratorLevel === 'none', `${action} ${administratorLevel}`);
      }
    }
  });

  test('does not allow changing levels of either kind', () => {
    const zoe = { id: 'zoe', administratorLevel: 'none', agentLevel: 'none' } as const;
    assert.ok(mayAssignLevels(inside('manage'), zoe, zoe).allowed);
    assert.ok(mayAssignLevels(inside('manage'), null, zoe).allowed);
    for (const levels of [
      { ...zoe, administratorLevel: 'billing' },
      { ...zoe, administratorLevel: 'global' },
      { ...zoe, agentLevel: 'helpdesk' },
    ] as const) {
      assert.deepEqual(mayAssignLevels(inside('manage'), zoe, levels), { allowed: false, because: 'support' });
      assert.deepEqual(mayAssignLevels(inside('manage'), null, levels), { allowed: false, because: 'support' });
    }
  });

  test('does not allow an operation that the region forbids to everyone', () => {
    const operations = { ...worldwide.operations, 'users.block': { at: 'nobody' } as const };
    const scope = createScope({ ...inside('manage'), rules: { ...worldwide, operations } });
    assert.deepEqual(may(scope, 'users.block'), { allowed: false, because: 'nobody' });
  });

  test('returns the operator to their own tenant and permissions when it ends', () => {
    const back = homeScope(inside('manage'));
    assert.deepEqual([back.tenant, back.principal], [home, outside.principal]);
    assert.equal(may(back, 'users.list').allowed, false);
  });
});

describe('a support grant', () => {
  const lasting = now + 3_600_000;
  const rules = (grant: 'allowed' | 'forbidden') => ({ supportAccess: { grant, longestHours: 1 } });
  for (const [label, endsAt, endedAt, state, grant, end, grantedAt = 0] of [
    ['is valid until its last millisecond', now + 1, null, 'active', 'allowed', null],
    ['expires at its end', now, null, 'active', 'allowed', 'expired'],
    ['is expired a millisecond later', now - 1, null, 'active', 'allowed', 'expired'],
    ['ends when it is ended early', now + 1, now, 'active', 'allowed', 'ended'],
    ['is suspended with its tenant', now + 1, null, 'suspended', 'allowed', 'suspended'],
    ['is not valid while the tenant is moving', now + 1, null, 'moving', 'allowed', 'moving'],
    ['is not valid if the rules have forbidden support since', now + 1, null, 'active', 'forbidden', 'forbidden'],
    [
      'is valid if granted by a node whose clock is five minutes ahead',
      lasting,
      null,
      'active',
      'allowed',
      null,
      now + 300_000,
    ],
    [
      'is expired if granted by a node whose clock is further ahead',
      lasting,
      null,
      'active',
      'allowed',
      'expired',
      now + 300_001,
    ],
  ] as const) {
    test(label, () =>
      assert.equal(supportEndReason({ grantedAt, endsAt, endedAt }, { state }, rules(grant), now), end),
    );
  }
});
