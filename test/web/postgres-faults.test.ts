import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import request from 'supertest';
import { migrate } from '../../src/platform/database/migrate.ts';
import { openDatabase } from '../../src/platform/database/open.ts';
import { assertServerSuits } from '../../src/platform/database/postgres-check.ts';
import { describeStoreFault, findStoreFault } from '../../src/platform/database/unavailable.ts';
import { startFakePooler } from '../support/fake-pooler.ts';
import { aPerson, type Person } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { query } from '../support/templates.ts';
import { openPortalWithUsers, type PortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of cleanups.reverse()) await close();
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; !(await isTrue().catch(() => false)); asked++) {
    assert.ok(asked < 200);
    await wait(50);
  }
}

/** The results of the requests that a fault must turn into 503: both steps of a sign-in, a reset and readiness. */
async function statusesOf({ send, global, plainUser, portal }: PortalWithUsers, visitor: Person, admin: Person) {
  const reset = `/account-settings/user-management/${plainUser.id}/reset-password`;
  const signIn = { _csrf: visitor.csrf, password: global.clearPassword };
  const answers = await Promise.all([
    send({
      method: 'POST',
      path: '/sign-in',
      person: visitor,
      form: { _csrf: visitor.csrf, username: global.username },
    }),
    send({ method: 'POST', path: '/sign-in/password', person: visitor, form: signIn }),
    send({ method: 'POST', path: reset, person: admin, form: { _csrf: admin.csrf, epoch: String(plainUser.epoch) } }),
  ]);
  const readiness = await request(portal.app).get('/readyz');
  return { statuses: answers.map(({ status }) => status), missing: (readiness.body as { missing: string[] }).missing };
}

async function people({ portal, global }: PortalWithUsers): Promise<{ visitor: Person; admin: Person }> {
  const admin = await aPerson(portal, english).signIn(global);
  const visitor = await aPerson(portal, english).visit('/sign-in');
  await visitor.send('POST', '/sign-in', { username: global.username });
  return { visitor: await visitor.visit('/sign-in/password'), admin: await admin.visit('/account-settings') };
}

async function isHealed({ portal, global }: PortalWithUsers): Promise<boolean> {
  return (await aPerson(portal, english).signIn(global)).path === '/dashboard';
}

const server = await postgres();
const skip = skipWithout('postgres', server);

describe('a PostgreSQL server that accepts only reads', { skip }, () => {
  test('causes 503 for requests that write, but not for pages, and the portal is not ready until it recovers without a restart', async () => {
    const url = server?.url ?? '';
    const name = new URL(url).pathname.slice(1);
    const fixture = await openPortalWithUsers({ databaseUrl: url });
    const { visitor, admin } = await people(fixture);
    await query(url, `alter database ${name} set default_transaction_read_only = on`);
    await query(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    );
    await assert.rejects(assertServerSuits(url), /accepts no writes/);
    await until(async () => (await statusesOf(fixture, visitor, admin)).missing.includes('database'));
    assert.deepEqual(await statusesOf(fixture, visitor, admin), { statuses: [503, 503, 503], missing: ['database'] });
    assert.equal((await fixture.send({ method: 'GET', path: '/dashboard', person: admin })).status, 200);
    assert.match(fixture.portal.logged(), /"reason":"25006","dependency":"PostgreSQL".+The server accepts no writes/);
    await query(url, `set transaction read write; alter database ${name} reset default_transaction_read_only`);
    await until(() => isHealed(fixture));
    await assertServerSuits(url);
  });
});

describe('a PostgreSQL server that drops its connections', { skip }, () => {
  test('causes 503 but never 500', async () => {
    const url = (await postgres())?.url ?? '';
    const name = new URL(url).pathname.slice(1);
    const fixture = await openPortalWithUsers({ databaseUrl: url });
    const { admin } = await people(fixture);
    const statuses = new Set<number>();
    for (let round = 0; round < 15; round++) {
      const sending = Array.from({ length: 6 }, (_, index) =>
        fixture.send({
          method: 'GET',
          path: index % 2 === 0 ? '/account-settings/user-management' : '/sign-in',
          person: admin,
        }),
      );
      await query(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
      );
      for (const { status } of await Promise.all(sending)) statuses.add(status);
    }
    assert.deepEqual(
      [...statuses].filter((status) => ![200, 303, 503].includes(status)),
      [],
    );
    assert.ok(statuses.has(503));
    await until(() => isHealed(fixture));
  });
});

describe('a frozen PostgreSQL server', { skip }, () => {
  test('causes 503, makes the portal not ready, and is used again through new connections', async () => {
    const proxy = await startTcpProxy((await postgres())?.url ?? '');
    const fixture = await openPortalWithUsers({ databaseUrl: proxy.url });
    // The proxy is stopped only after the portal is closed, because closing the portal uses connections through it.
    cleanups.push(() => proxy.stop());
    const { visitor, admin } = await people(fixture);
    proxy.freeze(true);
    const { statuses, missing } = await statusesOf(fixture, visitor, admin);
    assert.deepEqual([statuses, missing], [[503, 503, 503], ['database']]);
    assert.match(fixture.portal.logged(), /"dependency":"PostgreSQL".+does not answer/);
    proxy.freeze(false);
    await until(() => isHealed(fixture));
  });
});

describe('a connection pooler in transaction mode', { skip }, () => {
  test('is rejected by the check, while a server is accepted', async () => {
    const url = (await postgres())?.url ?? '';
    const pooler = await startFakePooler(url);
    cleanups.push(() => pooler.stop());
    await assertServerSuits(url);
    await assert.rejects(assertServerSuits(pooler.url), /connection pooler in transaction mode/);
  });

  test('makes a second process report the database as unavailable and itself as not ready, and is named in the log', async () => {
    const url = (await postgres())?.url ?? '';
    await migrate({ kind: 'postgres', url });
    const pooler = await startFakePooler(url);
    cleanups.push(() => pooler.stop());
    const [first, second] = [1, 2].map(() => openDatabase({ kind: 'postgres', url: pooler.url }));
    cleanups.push(async () => Promise.all([first?.close(), second?.close()]).then(() => undefined));
    await first?.proveWritable();
    const error: unknown = await second?.proveWritable().catch((error: unknown) => error);
    const fault = findStoreFault(error);
    assert.match(
      fault === null ? '' : describeStoreFault(fault),
      /^PostgreSQL: A connection pooler in transaction mode lost a prepared statement\. .+ \(42P05\)$/,
    );
  });
});
