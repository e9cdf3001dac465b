import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operatorScope } from '../../src/core/accounts/tenants/tenant-scope.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { trimLogs } from '../../src/core/activity/trim.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, open, start, worldwide } from './databases.ts';

const dayMs = 24 * 60 * 60_000;
const midnight = Math.floor(start / dayMs) * dayMs;
const never = new AbortController().signal;
const rules = { ...worldwide, activityLog: { ...worldwide.activityLog, retentionDays: 30 } };

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`retention of an activity log with entries in the future, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const step = trimLogs({ database, rules, scopeOf: (tenant) => operatorScope({ rules, clock: () => 0 }, tenant) });
    const now = midnight + 40 * dayMs;

    for (const [label, days, due, remaining] of [
      ['between due entries', [0, 400, 0, 1, 20], 3, [5, 6]],
      ['at the start of the log', [400, 0, 20], 1, [3, 4]],
      ['after the last due entry', [0, 400], 1, [2, 3]],
      ['before an entry that is not due', [0, 20, 400, 0], 1, [2, 3, 4, 5]],
    ] as const) {
      it(`is not blocked by an entry that was recorded while the clock was ahead, ${label}`, async () => {
        const scope = await newTenant(database);
        for (const day of days)
          await activityStore.record(database, scope, { kind: 'signOut' }, null, midnight + day * dayMs);
        assert.equal((await step.countDue(now)).trimmedEntries, due);
        await step.purge(now, never, () => {});
        const log = database.knex('activity').where({ tenant_id: scope.tenant.id }).orderBy('place');
        assert.deepEqual(await log.pluck('place'), remaining);
        assert.equal((await verifyChain(database, scope.tenant.id))?.fault, null);
        assert.equal((await step.countDue(now)).trimmedEntries, 0);
      });
    }
  });
}
