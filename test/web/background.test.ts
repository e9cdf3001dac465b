import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { createJobRunner, currentJob } from '../../src/platform/background-jobs.ts';
import { dependenciesOf as servicesOf, storeFaultOf } from '../../src/platform/dependencies.ts';
import type { Fault, OutageReporter } from '../../src/platform/outages.ts';

const never = 3_600_000;
const dependencies = servicesOf({ database: { kind: 'postgres', url: 'postgres://db' }, dataDirectory: '/data' });

function logSpy() {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

const dependenciesOf = (log: Logger, outages: OutageReporter = { report: () => undefined }) => ({
  log,
  outages,
  storeFaultOf: (error: unknown) => storeFaultOf(dependencies, error),
});

describe('background jobs', () => {
  it('run on start and on request, but neither before the start nor after the stop', async () => {
    const background = createJobRunner(dependenciesOf(logSpy().log));
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
    const background = createJobRunner(dependenciesOf(logSpy().log));
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
    const background = createJobRunner(dependenciesOf(log));
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
    assert.equal((JSON.parse(failures[0] ?? '') as { job: string }).job, 'Broken');
  });

  it('save what would be lost with the process, even if another job cannot', async () => {
    const { log, lines } = logSpy();
    const background = createJobRunner(dependenciesOf(log));
    let saved = 0;
    const run = (): Promise<void> => Promise.resolve();
    const save = async (): Promise<void> => {
      saved = await Promise.resolve(1);
    };
    const fail = (): never => {
      throw new Error('no luck');
    };
    background.add({ name: 'Broken', everyMs: never, run, finish: fail });
    background.add({ name: 'Nothing to save', everyMs: never, run });
    background.add({ name: 'Count', everyMs: never, run, finish: save });
    await background.finish();
    assert.equal(saved, 1);
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { job: string }).job),
      ['Broken'],
    );
  });

  it('that fail because a store is unavailable report the outage instead of a line per run', async () => {
    const { log, lines } = logSpy();
    const faults: Fault[] = [];
    const background = createJobRunner(dependenciesOf(log, { report: (fault) => void faults.push(fault) }));
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    background.add({ name: 'Broken', everyMs: never, run: () => Promise.reject(refused) });
    background.start();
    await delay(5);
    await background.stop();
    assert.deepEqual(
      faults.map(({ dependency, code }) => [dependency.name, dependency.setting, code]),
      [['PostgreSQL', 'DATABASE_URL', 'ECONNREFUSED']],
    );
    assert.deepEqual(lines, []);
  });

  it('are identified even in a handler that runs after the job has returned', async () => {
    const background = createJobRunner(dependenciesOf(logSpy().log));
    const named = Promise.withResolvers<string | null>();
    background.add({
      name: 'Careless',
      everyMs: never,
      run: () => {
        setTimeout(() => named.resolve(currentJob()), 5);
        return Promise.resolve();
      },
    });
    background.start();
    assert.equal(await named.promise, 'Careless');
    assert.equal(currentJob(), null);
    await background.stop();
  });
});
