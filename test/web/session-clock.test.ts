import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { SessionData, Store } from 'express-session';
import { HashedKeyStore, sessionTtlMs } from '../../src/site/http/session.ts';
import { openRedisSessions } from '../../src/site/http/session-store/redis-store.ts';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { eachDialect, open, start, worldwide } from '../data/databases.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const ttlMs = sessionTtlMs(worldwide);
const visitor = { username: 'zoe@lumiere.example' } as unknown as SessionData;
const user = { passport: { user: { sessionId: 'a', epoch: 0 } } } as unknown as SessionData;
const lifetimes = [
  ['a visitor', visitor, 30 * minuteMs],
  ['a user', user, 12 * hourMs],
] as const;

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers) await close();
});

/** Tests the lifetime of session data in a store, with a clock that the store does not share. */
function testStore(openStore: () => Promise<Store>): void {
  const clock = { now: start };
  const stored = async (session: SessionData, atMs: number): Promise<() => Promise<SessionData | null | undefined>> => {
    const store = new HashedKeyStore(await openStore(), ttlMs, () => clock.now);
    const id = crypto.randomUUID();
    clock.now = start + atMs;
    await promisify((done: (error?: unknown) => void) => store.set(id, session, done))();
    clock.now = start;
    return promisify((done: (error: unknown, found?: SessionData | null) => void) => store.get(id, done));
  };

  for (const [whose, session, lifetimeMs] of lifetimes) {
    for (const [label, byMs] of [
      ['an hour', hourMs],
      ['a day', dayMs],
      ['a year', 365 * dayMs],
    ] as const) {
      test(`the data of ${whose} that was stored while the clock was ${label} ahead has expired`, async () => {
        const read = await stored(session, byMs);
        assert.equal(await read(), null);
      });
    }

    for (const byMs of [-3_000, 0, 3_000, 5 * minuteMs]) {
      test(`the data of ${whose} lasts for its lifetime on a node whose clock differs by ${byMs} ms`, async () => {
        const read = await stored(session, byMs);
        assert.deepEqual(await read(), session);
        clock.now = start + byMs + lifetimeMs - 1;
        assert.deepEqual(await read(), session);
        clock.now++;
        assert.equal(await read(), null);
      });
    }
  }
}

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`session data on ${dialect} when the clock is wrong`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);
    // The rows of this store do not expire, so that only the time in the data decides.
    testStore(() =>
      Promise.resolve(
        new TableStore(
          database,
          () => 1_000 * 365 * dayMs,
          () => start,
        ),
      ),
    );
  });
}

const server = await redis();

describe('session data in Redis when the clock is wrong', { skip: skipWithout('redis', server) }, async () => {
  if (server === null) return;
  const unmarked = { region: 'worldwide', fingerprint: null, marks: false };
  const sessions = await openRedisSessions(server.url, unmarked, ttlMs, () => undefined);
  closers.push(() => sessions.close());
  for (let tries = 0; tries < 100; tries++) {
    if (
      await sessions.proveWritable().then(
        () => true,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  testStore(() => Promise.resolve(sessions.store));
});
