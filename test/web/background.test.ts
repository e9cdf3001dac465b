import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createJobRunner } from '../../src/platform/background-jobs.ts';

const never = 3_600_000;

function logSpy() {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

describe('background jobs', () => {
  it('run on start, at every interval and on request', async () => {
    const background = createJobRunner(logSpy().log);
    let done = 0;
    const wake = background.add({
      name: 'Count',
      everyMs: never,
      run: () => {
        done++;
        return Promise.resolve();
      },
    });
    wake();
    await delay(5);
    assert.equal(done, 0, 'nothing runs before the start');
    background.start();
    await delay(5);
    assert.equal(done, 1);
    wake();
    await delay(5);
    assert.equal(done, 2);
    await background.stop();
    wake();
    await delay(5);
    assert.equal(done, 2, 'nothing runs after the stop');
  });

  it('never overlap with themselves, and run again if requested while running', async () => {
    const background = createJobRunner(logSpy().log);
    let inside = 0;
    let most = 0;
    let done = 0;
    const wake = background.add({
      name: 'Slow',
      everyMs: never,
      run: async () => {
        most = Math.max(most, ++inside);
        await delay(20);
        inside--;
        done++;
      },
    });
    background.start();
    await delay(5);
    wake();
    wake();
    wake();
    await delay(80);
    assert.deepEqual({ most, done }, { most: 1, done: 2 });
    await background.stop();
  });

  it('are completed on shutdown, and a failure is logged without stopping other jobs', async () => {
    const { log, lines } = logSpy();
    const background = createJobRunner(log);
    let finished = false;
    background.add({ name: 'Broken', everyMs: 10, run: () => Promise.reject(new Error('no luck')) });
    background.add({
      name: 'Slow',
      everyMs: never,
      run: async () => {
        await delay(60);
        finished = true;
      },
    });
    background.start();
    await delay(30);
    await background.stop();
    assert.equal(finished, true);
    const failures = lines.filter((line) => line.includes('Broken failed'));
    assert.ok(failures.length >= 2, `tried ${failures.length} times`);
    assert.match(failures[0] ?? '', /no luck/);
  });
});
