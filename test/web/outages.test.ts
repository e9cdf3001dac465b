import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { Outages, type Dependency } from '../../src/platform/outages.ts';

const second = 1_000;

function anOutageLog(probe?: () => Promise<void>) {
  const lines: string[] = [];
  const clock = { now: 0 };
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const outages = new Outages({ log, monotonic: () => clock.now });
  const dependency: Dependency = {
    name: 'PostgreSQL',
    setting: 'DATABASE_URL',
    down: 'PostgreSQL fails to serve requests',
    up: 'PostgreSQL is available again',
    ...(probe === undefined ? {} : { probe }),
  };
  const taken = (): Record<string, unknown>[] =>
    lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    fail: (code = 'ECONNREFUSED', times = 1) => {
      for (let n = 0; n < times; n++) outages.report({ dependency, code, explanation: 'It refuses.' });
    },
    /** Lets time pass, checking once per second. @returns the new lines */
    pass: async (seconds: number, each: () => void = () => undefined) => {
      for (let n = 0; n < seconds; n++) {
        clock.now += second;
        each();
        await outages.check();
      }
      return taken();
    },
    taken,
  };
}

describe('the log of an outage', () => {
  it('begins with a line that names the dependency, the setting, the code and what is wrong', () => {
    const { fail, taken } = anOutageLog();
    fail('ECONNREFUSED', 500);
    const [line, ...more] = taken();
    assert.deepEqual(
      [line?.level, line?.dependency, line?.setting, line?.code, line?.msg],
      [40, 'PostgreSQL', 'DATABASE_URL', 'ECONNREFUSED', 'PostgreSQL fails to serve requests: It refuses.'],
    );
    assert.deepEqual(more, []);
  });

  it('has one line per ten seconds with the number of faults by code, however many requests fail', async () => {
    const { fail, pass, taken } = anOutageLog();
    fail();
    taken();
    const lines = await pass(60, () => {
      fail('ECONNREFUSED', 100);
      fail('57P03');
    });
    assert.equal(lines.length, 6);
    assert.deepEqual(lines[0]?.faults, { ECONNREFUSED: 1_000, '57P03': 10 });
    assert.equal(lines[0]?.msg, 'PostgreSQL fails to serve requests, still: It refuses.');
    assert.equal(
      lines.reduce((sum, { faults }) => sum + ((faults as Record<string, number>).ECONNREFUSED ?? 0), 0),
      6_000,
    );
  });

  it('ends with a line that says how long it lasted, once requests succeed', async () => {
    const { fail, pass, taken } = anOutageLog();
    fail();
    taken();
    await pass(34, () => fail());
    const lines = await pass(10);
    assert.deepEqual(
      lines.map(({ level, msg, seconds, faults }) => [level, msg, seconds, faults]),
      [[30, 'PostgreSQL is available again after 34 s', 34, 35]],
    );
  });

  it('does not end while its probe fails, even without requests', async () => {
    let isDown = true;
    const { fail, pass, taken } = anOutageLog(() => (isDown ? Promise.reject(new Error('no')) : Promise.resolve()));
    fail();
    taken();
    assert.deepEqual(await pass(60), []);
    isDown = false;
    assert.match(String((await pass(1))[0]?.msg), /available again/);
  });

  it('does not end while a request fails during its probe', async () => {
    const parts = anOutageLog(() => {
      parts.fail();
      return Promise.resolve();
    });
    parts.fail();
    parts.taken();
    const lines = await parts.pass(30);
    assert.ok(lines.every(({ msg }) => String(msg).includes('still')));
  });

  it('has at most one opening line per ten seconds if the dependency fails intermittently', async () => {
    const { fail, pass, taken } = anOutageLog();
    fail();
    taken();
    let passed = 0;
    const lines = await pass(60, () => {
      if (passed++ % 3 === 0) fail();
    });
    const opened = lines.filter(({ level }) => level === 40).length;
    assert.ok(opened >= 2 && opened <= 6, `${opened} opening lines`);
    // The outage whose opening line was taken above also ends.
    assert.ok(lines.length - opened <= opened + 1);
  });

  it('keeps the outages of two dependencies apart', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const outages = new Outages({ log, monotonic: () => 0 });
    for (const name of ['Redis', 'PostgreSQL', 'Redis'])
      outages.report({
        dependency: { name, setting: null, down: `${name} fails`, up: `${name} works` },
        code: 'X',
        explanation: '',
      });
    await outages.check();
    assert.equal(lines.length, 2);
  });
});
