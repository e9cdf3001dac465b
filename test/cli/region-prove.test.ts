import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { assertHeld, assertLookedEverywhere, proven, refusedIn, type Proven } from '../prove/run-proof.ts';

describe('the proof on SQLite', () => {
  let outcome: Proven;
  before(async () => (outcome = await proven([])));

  test('holds, every step done and every control noticed', () => {
    assertHeld(outcome);
    // Nobody recovers alone under these rules.
    for (const name of ['worldwide', 'germany', 'the company that moves'])
      assert.deepEqual(refusedIn(outcome.report, name), ['Recover access alone, by a link that is mailed']);
    assert.ok(outcome.report.steps.every(({ status, says }) => status !== 'done' || says === ''));
  });

  test('looked into everything that a region has', () =>
    assertLookedEverywhere(outcome.report, ['session store', 'sent to the stores']));

  test('gives a page that needs nothing else, and tells no canary', () => {
    const { page, stdout } = outcome;
    assert.match(page, /<h1>The isolation held<\/h1>/);
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/|\bsrc=|@import|url\(/);
    // Planted texts have twenty symbols without a vowel; temporary passwords five groups of four.
    for (const text of [page, stdout]) {
      assert.doesNotMatch(text.replace(/[0-9a-f]{64}/g, ''), /\b(?=[a-z]*\d)[bcdfghjkmnpqrstvwxz2-9]{20}\b/);
      assert.doesNotMatch(text, /\b[A-Z2-9]{4}(-[A-Z2-9]{4}){4}\b/);
      assert.ok(!text.includes(path.resolve('.')));
    }
  });
});
