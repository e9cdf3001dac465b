import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administratorLevels, agentLevels } from '../../src/domain/roles.ts';
import { administratorAbilities, agentAbilities } from '../../src/site/profile/abilities.ts';

test('every level has a description of its permissions, and agent levels grant none in user management', () => {
  for (const level of administratorLevels) assert.ok(administratorAbilities[level].length > 0, level);
  for (const level of agentLevels) {
    assert.equal(agentAbilities[level].length === 0, level === 'none');
    assert.ok(!agentAbilities[level].some((ability) => /user|everybody|level/i.test(ability)), level);
  }
});
