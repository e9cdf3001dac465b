import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUserOperation, userOperations } from '../../src/domain/regions.ts';
import { actions, administratorLevels, agentLevels, actionsOnUsers, rights } from '../../src/domain/roles.ts';

const everybody = ['global', 'userManagement', 'billing', 'none'];
const userManagers = ['global', 'userManagement'];

test('two settings per user, in the order in which the pages offer them', () => {
  assert.deepEqual(administratorLevels, everybody);
  assert.deepEqual(agentLevels, ['admin', 'sales', 'helpdesk', 'none']);
});

// A new action must be entered here too: whom it is open to is decided twice, on purpose.
test('every action is open to exactly these levels', () => {
  assert.deepEqual(rights, {
    'dashboard.view': everybody,
    'profile.view': everybody,
    'password.change': everybody,
    'accountSettings.view': userManagers,
    'accountSettings.edit': ['global'],
    'users.list': userManagers,
    'users.view': userManagers,
    'users.add': userManagers,
    'users.edit': userManagers,
    'users.block': userManagers,
    'users.delete': userManagers,
    'users.restore': userManagers,
    'users.resetPassword': userManagers,
    'users.removeSecondFactor': userManagers,
    'users.endSessions': userManagers,
    'users.import': userManagers,
    'users.export': userManagers,
    'activity.view': userManagers,
    'activity.export': userManagers,
    'approvals.view': userManagers,
    'approvals.decide': userManagers,
    'personalData.view': userManagers,
    'personalData.erase': userManagers,
    'support.view': userManagers,
    'support.grant': ['global'],
  });
});

test('actions, rights and the operations of a region name the same things', () => {
  assert.deepEqual(Object.keys(rights).sort(), [...actions].sort());
  assert.deepEqual(
    actions.filter((action) => action.startsWith('users.')),
    [...userOperations],
  );
  assert.deepEqual(actions.filter(isUserOperation), [...userOperations]);
});

test('whatever changes a person is guarded by the level of that person', () => {
  const verbs = ['edit', 'block', 'delete', 'restore', 'resetPassword', 'removeSecondFactor', 'endSessions', 'import'];
  assert.deepEqual([...actionsOnUsers], [...verbs.map((verb) => `users.${verb}`), 'personalData.erase']);
});
