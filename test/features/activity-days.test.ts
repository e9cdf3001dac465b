import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startOfDay, localDateTimeOf, localDateOf } from '../../src/site/activity/local-dates.ts';

const hourMs = 3_600_000;
const { TZ } = process.env;
after(() => {
  process.env.TZ = TZ;
  if (TZ === undefined) delete process.env.TZ;
});

describe('the days of the log', () => {
  // In Santiago and Beirut the clocks go forward at midnight: one day of the year begins at one.
  for (const zone of ['UTC', 'Europe/Paris', 'America/Santiago', 'Asia/Beirut', 'Pacific/Apia', 'Asia/Kolkata']) {
    it(`follow one another without a gap, whatever the clocks do (${zone})`, () => {
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

  it('come with their time as the clocks of the zone show it', () => {
    process.env.TZ = 'Europe/Paris';
    assert.equal(localDateTimeOf(Date.UTC(2026, 6, 1, 23, 5, 9)), '2026-07-02 01:05:09');
  });
});
