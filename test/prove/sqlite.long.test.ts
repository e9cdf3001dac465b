import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { assertHeld, assertSearchedEverywhere, runProof, stepsRefusedIn, type ProofRun } from './run-proof.ts';

describe('the isolation proof on SQLite', () => {
  let outcome: ProofRun;
  before(async () => (outcome = await runProof([])));

  test('succeeds: every step that the rules allow is completed, and every control is noticed', () => {
    assertHeld(outcome);
    // These rules do not offer self-service recovery.
    for (const name of ['worldwide', 'germany', 'the moving tenant'])
      assert.deepEqual(stepsRefusedIn(outcome.report, name), ['Recover access through a mailed link']);
    assert.ok(outcome.report.steps.every(({ status, says }) => status !== 'done' || says === ''));
  });

  test('searches every kind of place that a region has', () =>
    assertSearchedEverywhere(outcome.report, ['session store', 'sent to the stores']));

  test('writes a self-contained page without any canary', () => {
    const { page, stdout } = outcome;
    assert.match(page, /<h1>The isolation held<\/h1>/);
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/|\bsrc=|@import|url\(/);
    // Planted strings have 20 characters without vowels; temporary passwords have five groups of four.
    for (const text of [page, stdout]) {
      assert.doesNotMatch(text.replace(/[0-9a-f]{64}/g, ''), /\b(?=[a-z]*\d)[bcdfghjkmnpqrstvwxz2-9]{20}\b/);
      assert.doesNotMatch(text, /\b[A-Z2-9]{4}(-[A-Z2-9]{4}){4}\b/);
      assert.ok(!text.includes(path.resolve('.')));
    }
  });
});
