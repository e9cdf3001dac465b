import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxShareOf } from '../../src/core/activity/trim.ts';
import { findExcess, purgeExpired } from '../../src/core/retention/retention.ts';
import type { RetentionStep } from '../../src/platform/retention-step.ts';

describe('the limit of a purge run', () => {
  const aStep = (due: number, count: number): RetentionStep => ({
    countDue: () => Promise.resolve({ rows: due }),
    purge: () => Promise.resolve(),
    limit: { kind: 'rows', share: 0.05, count: () => Promise.resolve(count) },
  });
  for (const [due, count, limit] of [
    [1_000, 1_000, null],
    [1_001, 1_001, 1_000],
    [1_001, 20_020, null],
    [1_001, 20_019, 1_000],
    [50_000, 1_000_000, null],
    [50_001, 1_000_000, 50_000],
  ] as const) {
    it(`${limit === null ? 'allows' : 'blocks'} ${due} of ${count} rows`, async () => {
      const excess = limit === null ? null : { kind: 'rows', due, limit };
      assert.deepEqual(await findExcess(aStep(due, count), 0), excess);
    });
  }
});

describe('a purge run with a failing step', () => {
  it('runs the other steps and reports what was deleted before the failure', async () => {
    const step = (purge: RetentionStep['purge']): RetentionStep => ({ countDue: () => Promise.resolve({}), purge });
    const steps = [
      step((_now, _stopping, tally) => {
        tally('first', 2);
        return Promise.reject(new Error('no'));
      }),
      step((_now, _stopping, tally) => Promise.resolve(tally('second', 3))),
    ];
    const options = { now: 0, stopping: new AbortController().signal, isLimited: true };
    const { deleted, errors } = await purgeExpired(steps, options);
    assert.deepEqual([deleted, errors.map(String)], [{ first: 2, second: 3 }, ['Error: no']]);
  });
});

describe('the share of the activity log that one run may delete', () => {
  for (const [retentionDays, share] of [
    [3650, 0.05],
    [60, 0.05],
    [30, 0.1],
    [3, 1],
    [1, 1],
  ] as const) {
    it(`is ${share * 100} % for a retention of ${retentionDays} days`, () => {
      assert.equal(maxShareOf({ activityLog: { retentionDays } } as Parameters<typeof maxShareOf>[0]), share);
    });
  }
});
