import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataDirectory, json, run } from './command.ts';

interface Added {
  readonly tenantId: string;
  readonly username: string;
  readonly temporaryPassword: string;
}

const tenant = ['tenant', 'add', '--name', 'Spree', '--domain', 'spree.example', '--language', 'en'];
const admin = ['--admin-name', 'Ada Berg', '--admin-username', 'ada@spree.example'];

describe('the operator’s commands for users', () => {
  for (const [region, says] of [
    ['worldwide', ''],
    ['us-government', 'administrators do this elsewhere: the Azure Government portal, https://portal.azure.us'],
    ['china', 'administrators cannot do this; users do it themselves'],
  ] as const) {
    test(`ignore the rules for administrators, and say so if those rules forbid the action: ${region}`, async () => {
      const environment = { REGION: region, DATA_DIR: dataDirectory() };
      const { username, temporaryPassword } = await json<Added>([...tenant, ...admin], environment);
      const reset = ['user', 'reset-password', username];
      const { code, stdout, stderr } = await run(reset, environment);
      assert.deepEqual([code, stderr], [0, '']);
      const [name, password, rules = '', ...more] = stdout.trimEnd().split('\n');
      assert.equal(name, username);
      assert.match(password ?? '', /^Temporary password \(shown only once\): (?:[A-Z2-9]{4}-){4}[A-Z2-9]{4}$/);
      assert.ok(rules.endsWith(says) && (says !== '') === rules.startsWith('Under the rules of the region'), rules);
      assert.deepEqual(more, []);
      const again = await json<Added>(reset, environment);
      assert.deepEqual(Object.keys(again), ['userId', 'username', 'temporaryPassword']);
      assert.notEqual(again.temporaryPassword, temporaryPassword);
      const verified = await json<{ ok: boolean; entries: number }>(['activity', 'verify'], environment);
      assert.deepEqual([verified.ok, verified.entries], [true, 4], 'the tenant, the user and two resets');
    });
  }
});
