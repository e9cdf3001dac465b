import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { Scope } from '../../src/domain/scope.ts';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { eachDialect, newTenant, newUser, open, start } from '../data/databases.ts';
import { noticesWorker, type KillPoint, type DeliveryTask } from '../support/deliveries.ts';
import { interrupt } from '../support/interrupt.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const leaseMs = 5 * 60_000;
const activity = 'insert into [`"]activity[`"]';
const insertion = 'insert into [`"]deliveries[`"]';
const claim = 'update [`"]deliveries[`"]';
const removal = 'delete from [`"]deliveries[`"]';

/**
 * Every point at which the process is killed, and the number of emails that have arrived after a new process has
 * finished.
 */
const boundaries: readonly (readonly [label: string, at: KillPoint | 'recorded' | 'inTheServer', mails: 0 | 1 | 2])[] =
  [
    ['before the event is written', { statement: activity, when: 'before' }, 0],
    ['between the event and its delivery', { statement: insertion, when: 'before' }, 0],
    ['between the delivery and the commit', { statement: insertion, when: 'after' }, 0],
    ['between the commit and the claim', 'recorded', 1],
    ['before the claim is written', { statement: claim, when: 'before' }, 1],
    ['between the claim and the email', { statement: claim, when: 'after' }, 1],
    ["between the email and the server's response", 'inTheServer', 2],
    ['between the response and the removal', { statement: removal, when: 'before' }, 2],
    ['after the removal', { statement: removal, when: 'after' }, 1],
  ];

/** Starts a mail server that records the Message-ID of each email and can kill the sender after accepting one. */
async function aMailServer() {
  const state = { ids: [] as string[], kills: null as ChildProcess | null, url: '' };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      void text(stream).then((raw) => {
        state.ids.push(/^Message-ID: (\S+)/im.exec(raw)?.[1] ?? 'none');
        if (state.kills === null) return done();
        state.kills.kill('SIGKILL');
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => new Promise<void>((resolve) => server.close(resolve)));
  state.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return state;
}

const children: ChildProcess[] = [];
after(() => children.forEach((child) => child.kill('SIGKILL')));

async function aProcess(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, '../support/delivery-child.ts'));
  children.push(child);
  await once(child, 'message');
  return child;
}

/** The process that completed the last task; null if it was killed. */
let last: ChildProcess | null = null;

/**
 * Runs a task in the process that completed the last one, or in a new process if that one was killed.
 * @returns `done`, or the signal or exit code with which the process ended
 */
async function runTask(task: DeliveryTask, started: (child: ChildProcess) => void = () => {}): Promise<string> {
  const child = last ?? (await aProcess());
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => String(signal ?? code));
  const done = once(child, 'message').then(([message]: unknown[]) => String(message));
  started(child);
  child.send(task);
  const end = await Promise.race([ended, done]);
  last = end === 'done' ? child : null;
  return end;
}

async function withUser(config: DatabaseConfig): Promise<{ database: Database; scope: Scope; userId: string }> {
  const { database } = await open(config);
  const scope = await newTenant(database);
  const user = newUser();
  await usersStore.insert(database, scope, user);
  return { database, scope, userId: user.id };
}

async function rowsOf(database: Database, scope: Scope): Promise<{ events: number; deliveries: number }> {
  const [events, deliveries] = await Promise.all(
    ['activity', 'deliveries'].map(async (table) => database.knex(table).where({ tenant_id: scope.tenant.id })),
  );
  return { events: events!.length, deliveries: deliveries!.length };
}

function assertDelivered(ids: readonly string[], mails: number): void {
  assert.equal(ids.length, mails);
  assert.equal(new Set(ids).size, Math.min(mails, 1), 'every attempt has the same Message-ID');
}

const never = new AbortController().signal;
const others = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

/** Terminates all other connections to a database and waits until they are closed. */
async function cutOthers({ knex }: Database): Promise<void> {
  const select = (what: string) => knex.raw<{ rows: { count: number }[] }>(`select ${what} ${others}`);
  await select('pg_terminate_backend(pid)');
  while ((await select('count(*)::int as count')).rows[0]?.count !== 0) await delay(5);
}

const server = await postgres();

for (const { dialect, config, skip } of eachDialect(server)) {
  describe(`deliveries after a process was killed, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const mailServer = await aMailServer();
    for (const [index, [label, at, mails]] of boundaries.entries()) {
      it(`are completed by a new process with ${mails} email(s) in total, if the process was killed ${label}`, async () => {
        const { database, scope, userId } = await withUser(config);
        const now = start + index * 3 * leaseMs;
        const { url: smtpUrl } = mailServer;
        mailServer.ids.length = 0;
        const task = { database: config, smtpUrl, now, record: { scope, userId } };
        const end = await runTask(Object.assign(task, { killedAt: at === 'inTheServer' ? null : at }), (child) => {
          mailServer.kills = at === 'inTheServer' ? child : null;
        });
        mailServer.kills = null;
        assert.equal(end, 'SIGKILL');
        const { events, deliveries } = await rowsOf(database, scope);
        assert.equal(events, mails === 0 ? 0 : 1);
        assert.equal(deliveries, label === 'after the removal' ? 0 : events);
        assert.equal(await runTask({ database: config, smtpUrl, now: now + leaseMs }), 'done');
        assertDelivered(mailServer.ids, mails);
        // No delivery is pending.
        await noticesWorker(database, () => assert.fail('sent again'), { now: now + 2 * leaseMs }).run(never);
        assert.equal((await rowsOf(database, scope)).deliveries, 0);
      });
    }
  });
}

describe('deliveries after the PostgreSQL connection is lost', { skip: skipWithout('postgres', server) }, async () => {
  if (server === null) return;
  const config: DatabaseConfig = { kind: 'postgres', url: server.url };
  const { database: administrator } = await open(config);
  // Later than the clock of the processes above, which use the same database.
  const later = start + 100 * leaseMs;

  for (const [index, [label, at, mails]] of boundaries.entries()) {
    if (at === 'inTheServer') continue;
    it(`are completed by the same process with ${mails} email(s) in total, if the connection was lost ${label}`, async () => {
      const { database, scope, userId } = await withUser(config);
      const clock = { now: later + index * 3 * leaseMs };
      const cut = () => cutOthers(administrator);
      const interrupted =
        at === 'recorded' ? database : interrupt(database, new RegExp(at.statement, 'i'), { [at.when]: cut });
      const ids: string[] = [];
      const worker = noticesWorker(interrupted, ({ id }) => Promise.resolve(void ids.push(id)), clock);
      const recorded = activityStore.record(interrupted, scope, { kind: 'user.unblocked' }, userId, clock.now);
      await recorded.catch(() => {});
      if (at === 'recorded') await cut();
      await worker.run(never).catch(() => {});
      assert.equal((await rowsOf(administrator, scope)).events, mails === 0 ? 0 : 1);
      // In the first rounds, the pool may still return terminated connections.
      for (let round = 1; round <= 3; round++) {
        clock.now += leaseMs;
        await worker.run(never).catch(() => {});
      }
      assertDelivered(ids, mails);
      assert.equal((await rowsOf(administrator, scope)).deliveries, 0);
    });
  }
});
