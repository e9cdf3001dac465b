import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createTrustedClock } from '../../src/core/retention/trusted-clock.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, newTenant, open, start } from './databases.ts';
import * as trustedClockStore from '../../src/core/retention/trusted-clock.store.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import type { Database } from '../../src/platform/database/database.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const warning = 40;

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly clock: string;
  readonly trustedAt?: string;
  readonly confirmWith?: string;
}

/** Creates a node of the portal with separate clocks. */
function createNode(database: Database, now = start) {
  const clocks = { now, monotonic: 5 };
  const lines: Line[] = [];
  const trusted = createTrustedClock({
    ...{ database, clock: () => clocks.now, monotonic: () => clocks.monotonic },
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }),
  });
  return {
    clocks,
    lines,
    pass: (ms: number): void => {
      clocks.now += ms;
      clocks.monotonic += ms;
    },
    isTrusted: () => trusted.isTrusted(),
  };
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the trusted clock on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    const others = config.kind === 'sqlite' ? database : (await open(config)).database;
    const trustedAt = () => trustedClockStore.findForOperator(database);
    const trust = (at: number | null): Promise<unknown> =>
      at === null ? database.knex('retention_clock').delete() : trustedClockStore.confirmForOperator(database, at);

    it('is trusted in an empty database, and later up to a day ahead', async () => {
      await trust(null);
      const node = createNode(database);
      assert.equal(await node.isTrusted(), true);
      assert.equal(await trustedAt(), start);
      node.clocks.now += dayMs;
      assert.equal(await node.isTrusted(), true);
      assert.equal(await trustedAt(), start + dayMs);
      assert.deepEqual(node.lines, []);
    });

    it('is not trusted more than a day ahead of the newest log entry if no trusted time is stored', async () => {
      await trust(null);
      const scope = await newTenant(database);
      await activityStore.record(database, scope, { kind: 'signOut' }, null, start);
      const wrong = start + 31 * dayMs;
      assert.equal(await createNode(database, wrong).isTrusted(), false);
      await activityStore.record(database, scope, { kind: 'signOut' }, null, wrong);
      assert.equal(
        await createNode(database, wrong).isTrusted(),
        false,
        'an entry recorded by a wrong clock does not count',
      );
      assert.equal(await trustedAt(), start);
      assert.equal(await createNode(database, start).isTrusted(), true);
      await database.knex('activity').delete();
    });

    it('logs a warning immediately and then every hour, with both times and the command that confirms the time', async () => {
      await trust(start);
      const node = createNode(database, start + 31 * dayMs);
      for (let minutes = 0; minutes <= 180; minutes += 10, node.pass(10 * minuteMs)) await node.isTrusted();
      assert.deepEqual(
        node.lines.map(({ level, clock, trustedAt: at, confirmWith }) => [level, clock, at, confirmWith]),
        [0, 1, 2, 3].map((hours) => [
          warning,
          new Date(start + 31 * dayMs + hours * hourMs).toISOString(),
          new Date(start).toISOString(),
          'npx parvis purge',
        ]),
      );
    });

    for (const [what, aheadMs] of [
      ['ahead', 8 * dayMs],
      ['a year ahead', 365 * dayMs],
      ['behind', -8 * dayMs],
    ] as const) {
      it(`is not trusted while it stays ${what}, however long it runs, until an operator confirms it`, async () => {
        await trust(start);
        const node = createNode(database, start + aheadMs);
        for (let days = 0; days < 7; days++, node.pass(dayMs - hourMs)) assert.equal(await node.isTrusted(), false);
        assert.equal(await trustedAt(), start);
        await trustedClockStore.confirmForOperator(database, node.clocks.now);
        assert.equal(await node.isTrusted(), true);
        assert.equal(node.lines.at(-1)?.msg, 'The clock is trusted again: expired data is deleted');
        assert.equal(await createNode(database, node.clocks.now).isTrusted(), true, 'other processes trust it too');
      });
    }

    it('is trusted up to exactly one day from the trusted time', async () => {
      for (const [distanceMs, expected] of [
        [dayMs, true],
        [dayMs + 1, false],
        [-dayMs, true],
        [-dayMs - 1, false],
      ] as const) {
        await trust(start);
        assert.equal(await createNode(database, start + distanceMs).isTrusted(), expected, String(distanceMs));
      }
    });

    for (const [what, wallMs, monotonicMs] of [
      ['only the wall clock advanced', dayMs, 10 * minuteMs],
      ['the wall clock was set again', 40 * dayMs, dayMs],
      ['the wall clock stopped', 0, 2 * dayMs],
      ['the wall clock was set back, but not far enough', -5 * dayMs, dayMs],
    ] as const) {
      it(`is not trusted, even after a day has passed, after ${what}`, async () => {
        await trust(start);
        const node = createNode(database, start + 31 * dayMs);
        await node.isTrusted();
        node.clocks.now += wallMs;
        node.clocks.monotonic += monotonicMs;
        assert.equal(await node.isTrusted(), false);
        assert.equal(node.lines.length, 2, 'the change is logged immediately');
        node.pass(dayMs);
        assert.equal(await node.isTrusted(), false);
        assert.equal(await trustedAt(), start);
      });
    }

    it('is trusted immediately when it is correct again or an operator confirms it', async () => {
      await trust(start);
      const node = createNode(database, start + 31 * dayMs);
      assert.equal(await node.isTrusted(), false);
      node.clocks.now = start + hourMs;
      assert.equal(await node.isTrusted(), true);
      assert.equal(await trustedAt(), start + hourMs);
      node.clocks.now = start + 31 * dayMs;
      assert.equal(await node.isTrusted(), false);
      await trustedClockStore.confirmForOperator(database, start + 31 * dayMs);
      assert.equal(await node.isTrusted(), true);
    });

    it('is not trusted if it is behind, does not change the trusted time, and logs a warning every hour', async () => {
      await trust(start);
      const node = createNode(database, start - 2 * dayMs);
      for (let minutes = 0; minutes < 60; minutes += 10, node.pass(10 * minuteMs))
        assert.equal(await node.isTrusted(), false);
      assert.equal(await trustedAt(), start);
      assert.deepEqual(
        node.lines.map(({ level, confirmWith }) => [level, confirmWith]),
        [[warning, 'npx parvis purge']],
      );
      await trustedClockStore.confirmForOperator(database, node.clocks.now);
      assert.equal(await trustedAt(), node.clocks.now, 'the command sets it back');
    });

    it('is not trusted on a node whose clock is wrong, while it is trusted on another node', async () => {
      await trust(start);
      const [right, wrong] = [createNode(database), createNode(others, start + 31 * dayMs)];
      for (let hours = 0; hours < 72; hours++) {
        assert.deepEqual([await right.isTrusted(), await wrong.isTrusted()], [true, false]);
        for (const node of [right, wrong]) node.pass(hourMs);
      }
      assert.equal(await trustedAt(), start + 71 * hourMs);
    });

    it('never moves the trusted time back, even with concurrent nodes', async () => {
      await trust(null);
      const nodes = Array.from({ length: 20 }, (_, each) =>
        createNode(each % 2 === 0 ? database : others, start + ((each * 7) % 20) * 20 * minuteMs),
      );
      const answers = await Promise.all(nodes.map((node) => node.isTrusted()));
      assert.ok(answers.every((answer) => answer));
      assert.equal(await trustedAt(), start + 19 * 20 * minuteMs);
    });
  });
}
