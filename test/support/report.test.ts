import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary, failRequiredSkips, type Result } from './report.ts';

const sound: Result = { file: `${process.cwd()}/test/a.test.ts`, passed: 3, failures: [], skips: [], ms: 1 };
const skipping: Result = { ...sound, passed: 1, skips: [{ test: 'x', text: 'needs redis' }] };

test('the last line contains only the totals', () => {
  assert.equal(summary([sound]).split('\n').at(-1), '3 passed, 0 failed');
});

test('skipped tests are listed with their reason and counted', () => {
  const lines = summary([sound, skipping]).split('\n');
  assert.ok(lines.includes('- test/a.test.ts › x: needs redis'));
  assert.equal(lines.at(-1), '4 passed, 0 failed, 1 skipped');
});

test('a test skipped because of a required service counts as failed', () => {
  const judged = failRequiredSkips(skipping, ['redis']);
  assert.equal(summary([judged]).split('\n').at(-1), '1 passed, 1 failed');
  assert.deepEqual(failRequiredSkips(skipping, ['postgres']), skipping);
});
