import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUserOperation, userOperations } from '../../src/domain/regions.ts';
import { actions, administratorLevels, agentLevels, actionsOnUsers, rights } from '../../src/domain/roles.ts';

const allLevels = ['global', 'userManagement', 'billing', 'none'];
const userManagers = ['global', 'userManagement'];

test('levels are listed in the order in which pages offer them', () => {
  assert.deepEqual(administratorLevels, allLevels);
  assert.deepEqual(agentLevels, ['admin', 'sales', 'helpdesk', 'none']);
});

// A new action must be added here: permissions are deliberately written down twice.
test('every action is available to exactly these levels', () => {
  assert.deepEqual(rights, {
    'dashboard.view': allLevels,
    'profile.view': allLevels,
    'password.change': allLevels,
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

test('actions, rights and region operations have the same names', () => {
  assert.deepEqual(Object.keys(rights).sort(), [...actions].sort());
  assert.deepEqual(
    actions.filter((action) => action.startsWith('users.')),
    [...userOperations],
  );
  assert.deepEqual(actions.filter(isUserOperation), [...userOperations]);
});

test("every action that changes a user or shows their personal data is checked against that user's level", () => {
  const verbs = ['edit', 'block', 'delete', 'restore', 'resetPassword', 'removeSecondFactor', 'endSessions', 'import'];
  assert.deepEqual(
    [...actionsOnUsers],
    [...verbs.map((verb) => `users.${verb}`), 'personalData.view', 'personalData.erase'],
  );
});
