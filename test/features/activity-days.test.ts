import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startOfDay, localDateTimeOf, localDateOf } from '../../src/site/activity/local-dates.ts';

const hourMs = 3_600_000;
const { TZ } = process.env;
after(() => {
  process.env.TZ = TZ;
  if (TZ === undefined) delete process.env.TZ;
});

describe('the days of the activity log', () => {
  // In Santiago and Beirut, clocks go forward at midnight, so one day of the year starts at 01:00.
  for (const zone of ['UTC', 'Europe/Paris', 'America/Santiago', 'Asia/Beirut', 'Pacific/Apia', 'Asia/Kolkata']) {
    it(`cover the whole year without gaps, including days on which the clocks change (${zone})`, () => {
      process.env.TZ = zone;
      let begins = startOfDay('2026-01-01');
      for (let later = 0; later < 366; later++) {
        const day = localDateOf(begins);
        assert.equal(startOfDay(day), begins, day);
        assert.notEqual(localDateOf(begins - 1), day);
        const next = startOfDay(day, 1);
        assert.equal(localDateOf(next - 1), day);
        assert.ok([23, 24, 25].includes((next - begins) / hourMs), day);
        begins = next;
      }
      assert.equal(localDateOf(begins), '2027-01-02');
    });
  }

  it('are formatted in the time zone of the process', () => {
    process.env.TZ = 'Europe/Paris';
    assert.equal(localDateTimeOf(Date.UTC(2026, 6, 1, 23, 5, 9)), '2026-07-02 01:05:09');
  });
});
