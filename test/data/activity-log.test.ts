import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { compile, type Database } from '../../src/platform/database/database.ts';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import type { FoundEntry } from '../../src/domain/activity/chain.ts';
import { activityGroups, kindsIn, type ActivityKind } from '../../src/domain/activity/groups.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import {
  rangesOf,
  selectLog,
  wholeLog,
  type LogFilter,
  type LogPosition,
  type LogRequest,
} from '../../src/core/activity/log-query.ts';
import { entriesPerBatch } from '../../src/core/activity/read-entries.store.ts';
import { postgres } from '../support/services.ts';
import { actingAs, eachDialect, newTenant, newUser, open, sqliteFile, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

interface Kept extends LogPosition {
  readonly kind: ActivityKind;
  readonly people: readonly (string | null)[];
}

const [zoe, ada, noah] = [newUser({ displayName: 'Zoé' }), newUser({ displayName: 'Ada' }), newUser()];
const allUsers = [zoe, ada, noah];
const events: readonly ActivityEvent[] = [
  { kind: 'signIn.succeeded' },
  { kind: 'user.edited', changes: [] },
  { kind: 'signIn.throttled' },
  { kind: 'tenant.resumed' },
  { kind: 'password.reset', expiresAt: start },
  { kind: 'signIn.succeeded' },
  { kind: 'refused', action: 'users.block', because: 'self' },
];

/** Records 120 entries at 25 different times, so that many share a time and the times are not in recording order. */
async function fill(database: Database, scope: Scope): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (let index = 0; index < 120; index++) {
    const event = events[index % events.length]!;
    const actor = [zoe, ada, null][index % 3]!;
    const target = [zoe, null, noah, ada][index % 4]!;
    const at = start + ((index * 17) % 25) * 1_000;
    await activityStore.record(
      database,
      actor === null ? scope : actingAs(scope, actor),
      event,
      target?.id ?? null,
      at,
    );
    kept.push({ at, place: index + 1, kind: event.kind, people: [actor?.id ?? null, target?.id ?? null] });
  }
  return kept;
}

const filters: readonly LogFilter[] = [null, zoe.id, ada.id, randomUUID()].flatMap((user) =>
  [null, ...activityGroups].flatMap((group) =>
    [
      [null, null],
      [start + 5_000, start + 12_000],
      [start + 12_000, null],
      [start + 9_000, start + 2_000],
    ].map(([from, until]) => ({ user, group, from: from ?? null, until: until ?? null })),
  ),
);

const fits =
  ({ user, group, from, until }: LogFilter) =>
  ({ at, kind, people }: Kept): boolean =>
    (user === null || people.includes(user)) &&
    (group === null || kindsIn(group).includes(kind)) &&
    (from === null || at >= from) &&
    (until === null || at < until);

const inTime = (all: readonly Kept[]): Kept[] =>
  [...all].sort((one, other) => one.at - other.at || one.place - other.place);

async function walk(
  database: Database,
  scope: Scope,
  filter: LogFilter,
  order: LogRequest['order'],
): Promise<number[]> {
  const places: number[] = [];
  const limit = 7;
  for (let last: LogPosition | null = null; ;) {
    const sides = order === 'oldestFirst' ? { after: last, before: null } : { after: null, before: last };
    const entries = await activityStore.listEntries(database, scope, { filter, order, ...sides, limit });
    places.push(...entries.map(({ activity }) => activity.place));
    const { activity } = entries.at(-1) ?? {};
    if (entries.length < limit || activity === undefined) return places;
    last = { at: activity.at, place: activity.place };
  }
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the activity log of a tenant on ${dialect}`, { skip }, async () => {
    if (skip) return;
    const { database } = await open(config);
    const scope = await newTenant(database);
    const other = await newTenant(database);
    for (const user of allUsers) await usersStore.insert(database, scope, user);
    const stranger = newUser({ displayName: 'Kanarienvogel' });
    await usersStore.insert(database, other, stranger);
    await activityStore.record(database, actingAs(other, stranger), { kind: 'signOut' }, stranger.id, start);
    const kept = await fill(database, scope);

    test('can be paged in both directions under every filter without gaps or duplicates', async () => {
      for (const filter of filters) {
        const expected = inTime(kept.filter(fits(filter))).map(({ place }) => place);
        assert.deepEqual(await walk(database, scope, filter, 'oldestFirst'), expected, JSON.stringify(filter));
        assert.deepEqual(
          await walk(database, scope, filter, 'newestFirst'),
          expected.reverse(),
          JSON.stringify(filter),
        );
      }
    });

    test('names only existing users of the same tenant, and shows a pseudonym for all others', async () => {
      const gone = newUser();
      for (const [actor, name] of [
        [zoe, 'Zoé'],
        [stranger, null],
        [gone, null],
      ] as const) {
        const at = start + 100_000;
        await activityStore.record(database, actingAs(scope, actor), { kind: 'signOut' }, actor.id, at);
        const [entry] = await activityStore.listEntries(database, scope, request({ user: actor.id }));
        for (const person of [entry?.activity.actor, entry?.activity.target]) {
          assert.deepEqual([person?.id, person?.name], [actor.id, name]);
          assert.equal(person?.pseudonym === null, name !== null, 'a person without a name has a pseudonym');
        }
      }
      assert.equal((await activityStore.listEntries(database, other, request({ user: zoe.id }))).length, 0);
    });

    test('returns an entry of a newer version as an unknown event', async () => {
      const event = { kind: 'moon.landed', crew: 3 } as unknown as ActivityEvent;
      await activityStore.record(database, scope, event, null, start + 200_000);
      const [entry] = await activityStore.listEntries(database, scope, request({}));
      assert.equal(entry?.activity.event.kind, 'unknown');
      assert.equal(entry.found.kind, 'moon.landed');
    });

    test('returns the chain in batches, and each filtered entry with the hash of its predecessor in the chain', async () => {
      const { length, hash } = await activityStore.getChainEnds(database, scope);
      const chain: FoundEntry[] = [];
      while (chain.length < length) {
        const batch = await activityStore.readChainBatch(database, scope, chain.length, length);
        assert.equal(batch.length, Math.min(entriesPerBatch, length - chain.length));
        chain.push(...batch);
      }
      assert.deepEqual([length > entriesPerBatch, chain.at(-1)?.hash], [true, hash]);
      assert.deepEqual(
        (await activityStore.readChainBatch(database, scope, 3, 5)).map(({ place }) => place),
        [4, 5],
      );
      for (const { found, previousHash } of await activityStore.listEntries(database, scope, request({ user: zoe.id })))
        assert.equal(previousHash, chain[found.place - 2]?.hash ?? '');
      assert.deepEqual(
        await activityStore.getChainEnds(database, createScope({ ...scope, tenant: { ...scope.tenant, id: 'x' } })),
        { anchor: { place: 0, hash: '' }, length: 0, hash: '' },
      );
    });

    test('counts the distinct users whose sign-ins were throttled since a given time', async () => {
      const targets = new Set(kept.filter(({ kind }) => kind === 'signIn.throttled').map(({ people }) => people[1]));
      targets.delete(null);
      assert.equal(await activityStore.countThrottled(database, scope, start - 1), targets.size);
      assert.equal(await activityStore.countThrottled(database, scope, start + 50_000), 0);
      assert.equal(await activityStore.countThrottled(database, other, start - 1), 0);
      assert.equal((await database.knex('activity').where({ tenant_id: other.tenant.id })).length, 1);
    });
  });
}

const request = (filter: Partial<LogFilter>): LogRequest => ({
  ...{ filter: { ...wholeLog, ...filter }, order: 'newestFirst', after: null, before: null, limit: 50 },
});

test('on SQLite, every filter uses a covering index without a table scan', async () => {
  const { database } = await open(sqliteFile());
  const values = { tenant: '', user: '', lowerAt: 0, lowerPlace: 0, upperAt: 1, upperPlace: 1 };
  for (const filter of filters) {
    const { sql, bind } = compile(database.knex, (knex, $) =>
      selectLog(knex, $, rangesOf(filter), { order: 'newestFirst', limit: 51 }),
    );
    const plan: { detail: string }[] = await database.knex.raw(`explain query plan ${sql}`, bind(values) as string[]);
    const ranges = plan.map(({ detail }) => detail).filter((detail) => detail.includes(' activity USING COVERING'));
    assert.equal(ranges.length, rangesOf(filter).length, JSON.stringify(filter));
    for (const detail of ranges) assert.match(detail, /AND \(at,place\)>\(\?,\?\) AND \(at,place\)<\(\?,\?\)\)/);
    for (const { detail } of plan) assert.doesNotMatch(detail, /SCAN (activity|previous|actor|target)/);
  }
});
