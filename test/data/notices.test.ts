import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { Scope } from '../../src/domain/scope.ts';
import { sendNotices } from '../../src/core/notices/send.ts';
import type { Transport } from '../../src/platform/mail-transport.ts';
import { postgres } from '../support/services.ts';
import { words } from '../support/words.ts';
import { createWording } from '../../src/mail/notices.ts';
import { both, newTenant, newUser, open, start } from './databases.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as deliveriesStore from '../../src/core/activity/deliveries.store.ts';
import * as noticesStore from '../../src/core/notices/notices.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { interrupt, killed } from '../support/interrupt.ts';

const minuteMs = 60_000;
const never = new AbortController().signal;

/** A dispatcher as one of several processes runs it. */
function aDispatcher(database: Database, send: (id: string) => Promise<void>, clock = { now: start }) {
  const transport: Transport = { send: ({ id }) => send(id), clear: async () => {} };
  return sendNotices({
    ...{ database, transport, log: pino({ level: 'silent' }) },
    word: createWording({
      signIn: 'https://portal.example/sign-in',
      translator: words,
      render: () => '',
      clock: () => clock.now,
    }),
    linkFor: () => Promise.resolve(null),
    isClockTrusted: () => Promise.resolve(true),
    clock: () => clock.now,
  });
}

for (const { dialect, config, skip } of both(await postgres())) {
  describe(`the outbox on ${dialect}`, { skip }, () => {
    async function withUser(): Promise<{ database: Database; scope: Scope; userId: string }> {
      const { database } = await open(config);
      const scope = await newTenant(database);
      const user = newUser();
      await usersStore.insert(database, scope, user);
      return { database, scope, userId: user.id };
    }
    const told = { kind: 'user.unblocked' } as const;

    it('is shared: two that send at once send each mail once', async () => {
      const { database, scope, userId } = await withUser();
      const { database: others } = await open(config);
      for (let each = 0; each < 60; each++) await activityStore.record(database, scope, told, userId, start);
      const sent: string[] = [];
      const slowly = async (id: string): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        sent.push(id);
      };
      const rounds = Array.from({ length: 4 }, async () => {
        await Promise.all([database, others].map((each) => aDispatcher(each, slowly).run(never)));
      });
      await Promise.all(rounds);
      await aDispatcher(database, slowly).run(never);
      assert.equal(sent.length, 60);
      assert.equal(new Set(sent).size, 60);
      assert.deepEqual(await deliveriesStore.listOf(database, scope, userId), []);
    });

    it('sends again what was sent by somebody who ended before saying so, as the same mail', async () => {
      const { database, scope, userId } = await withUser();
      await activityStore.record(database, scope, told, userId, start);
      const sent: string[] = [];
      const note = (id: string): Promise<void> => Promise.resolve(void sent.push(id));
      const dying = interrupt(database, /^delete from [`"]mails[`"]/, killed('before'));
      await assert.rejects(aDispatcher(dying, note).run(never), /killed/);
      await aDispatcher(database, note).run(never);
      assert.equal(sent.length, 1, 'it still belongs to the one who took it');
      await aDispatcher(database, note, { now: start + 5 * minuteMs }).run(never);
      assert.deepEqual([sent.length, sent[1]], [2, sent[0]]);
      await aDispatcher(database, note, { now: start + 60 * minuteMs }).run(never);
      assert.equal(sent.length, 2);
    });

    it('leaves what is under way when the process is told to end, and begins nothing more', async () => {
      const { database, scope, userId } = await withUser();
      for (let each = 0; each < 3; each++) await activityStore.record(database, scope, told, userId, start);
      const stopping = new AbortController();
      let begun = 0;
      const hanging = (): Promise<void> => {
        begun++;
        stopping.abort();
        return new Promise(() => {});
      };
      // What hangs is left behind: otherwise this would not end.
      await aDispatcher(database, hanging).run(stopping.signal);
      await aDispatcher(database, hanging).run(stopping.signal);
      assert.equal(begun, 1);
      assert.equal((await deliveriesStore.listOf(database, scope, userId)).length, 3);
      await noticesStore.removeAllForOperator(database);
    });

    it('puts off nothing that another took on meanwhile', async () => {
      const { database, scope, userId } = await withUser();
      await activityStore.record(database, scope, told, userId, start);
      const first = await noticesStore.takeAcrossTenants(database, start, start + 1);
      const second = await noticesStore.takeAcrossTenants(database, start + 1, start + minuteMs);
      assert.ok(first !== null && second !== null);
      assert.deepEqual([second.id, second.attempts], [first.id, 2]);
      await noticesStore.postpone(database, first, start + 2);
      assert.equal(await noticesStore.takeAcrossTenants(database, start + 2, start + 3), null);
      await noticesStore.postpone(database, second, start + 2);
      assert.ok(await noticesStore.takeAcrossTenants(database, start + 2, start + 3));
    });
  });
}
