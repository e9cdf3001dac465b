import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createGuessCounter } from '../../src/core/accounts/passwords/guesses.ts';

// Less than the thread takes to read its dictionaries, and more than it takes to answer.
const counter = createGuessCounter(150);
after(() => counter.close());

test('a thread that is slow to begin is waited for, by whoever asks again', { timeout: 60_000 }, async () => {
  await assert.rejects(counter.count('vingt colibris au balcon', []), { kind: 'overloaded', retryAfter: 1 });
  let guesses = 0;
  while (guesses === 0) {
    await wait(100);
    guesses = await counter.count('vingt colibris au balcon', []).catch(() => 0);
  }
  assert.ok(guesses > 1e9);
});
