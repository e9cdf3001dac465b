import { languages } from '../locales/catalogue.ts';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createStrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';

// The timeout is shorter than the worker takes to load its dictionaries, but long enough for an estimate.
const counter = createStrengthEstimator(languages, 150);
after(() => counter.close());

test('a password check during worker startup is rejected and succeeds on retry', { timeout: 60_000 }, async () => {
  await assert.rejects(counter.estimateBits('vingt colibris au balcon', []), { kind: 'overloaded', retryAfter: 1 });
  let bits = 0;
  while (bits === 0) {
    await wait(100);
    bits = await counter.estimateBits('vingt colibris au balcon', []).catch(() => 0);
  }
  assert.ok(bits > 30);
});

test('the first password check after the warm-up succeeds', { timeout: 60_000 }, async () => {
  const warm = createStrengthEstimator(languages, 150);
  after(() => warm.close());
  await warm.warmUp();
  assert.ok((await warm.estimateBits('vingt colibris au balcon', [])) > 30);
});
