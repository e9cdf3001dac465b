import { languages } from '../locales/catalogue.ts';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createStrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';

// The timeout is shorter than the worker takes to load its dictionaries, but long enough for an estimate.
const counter = createStrengthEstimator(languages, 150);
after(() => counter.close());

test('a password check during worker startup is rejected and succeeds on retry', { timeout: 60_000 }, async () => {
  await assert.rejects(counter.estimateGuesses('vingt colibris au balcon', []), { kind: 'overloaded', retryAfter: 1 });
  let guesses = 0;
  while (guesses === 0) {
    await wait(100);
    guesses = await counter.estimateGuesses('vingt colibris au balcon', []).catch(() => 0);
  }
  assert.ok(guesses > 1e9);
});
