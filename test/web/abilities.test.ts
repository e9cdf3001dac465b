import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administratorLevels, agentLevels } from '../../src/domain/roles.ts';
import { administratorAbilities, agentAbilities } from '../../src/site/profile/abilities.ts';

test('every level except the agent level “none” has abilities, and the abilities of agent levels do not concern users', () => {
  for (const level of administratorLevels) assert.ok(administratorAbilities[level].length > 0, level);
  for (const level of agentLevels) {
    assert.equal(agentAbilities[level].length === 0, level === 'none');
    assert.ok(!agentAbilities[level].some((ability) => /user|everybody|level/i.test(ability)), level);
  }
});
