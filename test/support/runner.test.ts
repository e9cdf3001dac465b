import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';

const runner = path.join(import.meta.dirname, '../run.ts');

describe('the test command', () => {
  for (const mistyped of ['test/nowhere', 'nowhere.test.ts']) {
    test(`fails immediately if no file matches ${mistyped}`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [runner, mistyped], { encoding: 'utf8' });
      assert.deepEqual([status, stdout, stderr], [1, '', `No test file matches ${mistyped}.\n`]);
    });
  }
});
