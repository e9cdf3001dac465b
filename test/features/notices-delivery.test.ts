import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aMailServer, takeApart } from '../support/mail-server.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const MAIL_FROM = 'portal@host.example';

async function aPortal(environment: Readonly<Record<string, string>>) {
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  /** Queues a notice as the features do. */
  const tell = (user: TestUser = zoe): Promise<void> =>
    portal.stores.activity.record(tenant.scope, { kind: 'user.unblocked' }, user.id, portal.clock.now);
  return { portal, tenant, zoe, tell, queued: () => queuedIn(portal) };
}

async function queuedIn(portal: Portal): Promise<{ attempts: number; waitMs: number }[]> {
  const rows = await portal.database.knex<{ attempts: number; next_try_at: number }>('mails').select();
  return rows.map(({ attempts, next_try_at }) => ({ attempts, waitMs: next_try_at - portal.clock.now }));
}

/** A port at which nobody answers as a mail server does. */
async function aStranger(greet: (write: (line: string) => void) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    greet((line) => socket.write(line));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The same server under an address that is not a loopback one, though it leads there. */
const elsewhere = (url: string): string => url.replace('127.0.0.1', '0.0.0.0');

async function closedPort(): Promise<{ url: string; port: number }> {
  const server = await aMailServer();
  await server.close();
  return { url: server.url, port: Number(new URL(server.url).port) };
}

describe('a mail server', () => {
  it('that asks who comes gets the user and password of SMTP_URL', async () => {
    const server = await aMailServer({ account: { user: 'portal@host', password: 'p:w/d@%' } });
    const { portal, tell, queued } = await aPortal({ SMTP_URL: server.url, MAIL_FROM });
    await tell();
    await portal.background.runAll();
    assert.deepEqual([server.received.length, await queued()], [1, []]);
  });

  for (const tls of ['fromTheStart', 'whenAsked'] as const) {
    it(`on the same machine may have a certificate of its own making (TLS ${tls})`, async () => {
      const server = await aMailServer({ tls });
      const { portal, tell } = await aPortal({ SMTP_URL: server.url, MAIL_FROM });
      await tell();
      await portal.background.runAll();
      assert.deepEqual([server.received.length, server.encrypted], [1, 1]);
    });

    it(`elsewhere may not (TLS ${tls})`, async () => {
      const server = await aMailServer({ tls, account: { user: 'portal', password: 'canary' } });
      const { portal, tell } = await aPortal({ SMTP_URL: elsewhere(server.url), MAIL_FROM });
      await tell();
      await portal.background.runAll();
      assert.deepEqual([server.received.length, server.signIns], [0, 0]);
      assert.match(portal.logged(), /"code":"ESOCKET|"code":"ETLS/);
    });
  }

  it('elsewhere gets neither mail nor password in plain text', async () => {
    const server = await aMailServer({ account: { user: 'portal', password: 'canary' } });
    const { portal, tell } = await aPortal({ SMTP_URL: elsewhere(server.url), MAIL_FROM });
    await tell();
    await portal.background.runAll();
    assert.deepEqual([server.received.length, server.signIns, server.connections], [0, 0, 1]);
  });

  for (const refusal of [421, 450, 451, 452, 550, 552, 554]) {
    it(`that answers ${refusal} is asked again later, and then takes it`, async () => {
      const server = await aMailServer();
      const { portal, tell, queued, zoe } = await aPortal({ SMTP_URL: server.url, MAIL_FROM });
      server.refusal = refusal;
      await tell();
      await portal.background.runAll();
      const [mail] = await queued();
      assert.ok(mail?.attempts === 1 && mail.waitMs >= minuteMs / 2 && mail.waitMs <= minuteMs, JSON.stringify(mail));
      server.refusal = null;
      await portal.background.runAll();
      assert.equal(server.received.length, 0, 'not before its time');
      portal.clock.now += minuteMs;
      await portal.background.runAll();
      assert.deepEqual([server.received.length, await queued()], [1, []]);
      assert.ok(!portal.logged().includes(zoe.username) && !portal.logged().includes('Not today'));
      assert.match(portal.logged(), new RegExp(`"code":"\\w+ ${refusal}"`));
    });
  }

  it('that knows another password is asked again, and the log does not have it', async () => {
    const server = await aMailServer({ account: { user: 'portal', password: 'right' } });
    const url = server.url.replace(':right@', ':canary@');
    const { portal, tell, queued } = await aPortal({ SMTP_URL: url, MAIL_FROM });
    await tell();
    await portal.background.runAll();
    assert.equal((await queued())[0]?.attempts, 1);
    assert.match(portal.logged(), /EAUTH 535/);
    assert.doesNotMatch(portal.logged(), /canary/);
  });

  it('that is away is asked with one mail a minute, not with all of them', async () => {
    const { url, port } = await closedPort();
    const { portal, tell, queued } = await aPortal({ SMTP_URL: url, MAIL_FROM });
    for (let each = 0; each < 5; each++) await tell();
    for (let each = 0; each < 3; each++) await portal.background.runAll();
    assert.equal(
      (await queued()).reduce((sum, { attempts }) => sum + attempts, 0),
      1,
    );
    const server = await aMailServer({ port });
    portal.clock.now += minuteMs;
    await portal.background.runAll();
    assert.deepEqual([server.received.length, await queued()], [5, []]);
  });

  it('that is away for days is given up, with a line that names nobody', async () => {
    const { url } = await closedPort();
    const { portal, zoe, tell, queued } = await aPortal({ SMTP_URL: url, MAIL_FROM });
    await tell();
    const waits: number[] = [];
    for (let tries = 0; (await queued()).length > 0; tries++) {
      assert.ok(tries < 40);
      await portal.background.runAll();
      const wait = (await queued())[0]?.waitMs ?? 0;
      waits.push(wait);
      portal.clock.now += Math.max(wait, minuteMs);
    }
    assert.ok(Math.max(...waits) <= 6 * hourMs && Math.max(...waits) > 3 * hourMs);
    for (const [index, wait] of waits.slice(0, 8).entries())
      assert.ok(wait >= (minuteMs * 2 ** index) / 2 && wait <= minuteMs * 2 ** index, String(wait));
    assert.match(portal.logged(), /given up/);
    for (const name of [zoe.username, zoe.displayName]) assert.ok(!portal.logged().includes(name));
  });
});

// Together: each waits until the portal has lost its patience.
describe('a server that is none', { concurrency: true }, () => {
  const strange: [what: string, greet: (write: (line: string) => void) => void][] = [
    ['says nothing', () => {}],
    ['speaks another language', (write) => write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['falls silent after its greeting', (write) => write('220 here\r\n')],
  ];
  for (const [what, greet] of strange) {
    it(`${what}, and holds nobody up`, async () => {
      const { portal, zoe, tell, queued } = await aPortal({ SMTP_URL: await aStranger(greet), MAIL_FROM });
      await tell();
      const begun = Date.now();
      const sending = portal.background.runAll();
      const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(zoe);
      assert.equal((await person.visit('/my-profile')).status, 200);
      await tell();
      assert.ok(Date.now() - begun < 5_000, 'the portal answers meanwhile');
      await sending;
      assert.ok(Date.now() - begun < 25_000);
      assert.deepEqual((await queued()).map(({ attempts }) => attempts).sort(), [0, 1]);
    });
  }
});

describe('without a mail server', () => {
  it('the embedded default puts each mail into a folder that nobody else reads', async () => {
    const { portal, zoe, tell, queued } = await aPortal({});
    await tell();
    await portal.background.runAll();
    const folder = path.join(portal.config.dataDirectory, 'outbox');
    const [name = '', ...more] = readdirSync(folder);
    assert.ok(name.endsWith('.eml') && more.length === 0);
    assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const mail = takeApart(readFileSync(path.join(folder, name), 'utf8').replace(/\r?\n/g, '\r\n'), []);
    assert.equal(mail.subject, 'Your sign-in was unblocked');
    assert.ok(mail.text.includes(zoe.displayName) && mail.headers.includes(`To: ${zoe.username}`));
    assert.deepEqual(await queued(), []);
  });

  it('the folder keeps the latest hundred', async () => {
    const { portal, tell } = await aPortal({});
    for (let each = 0; each < 103; each++) {
      portal.clock.now += 1_000;
      await tell();
    }
    await portal.background.runAll();
    assert.equal(readdirSync(path.join(portal.config.dataDirectory, 'outbox')).length, 100);
  });

  it('a database of the operator’s own queues nothing for long, and works the same', async () => {
    const other = await aPortal({
      DATABASE_URL: `sqlite:${path.join((await aPortal({})).portal.config.dataDirectory, 'own')}`,
    });
    await other.tell();
    await other.portal.background.runAll();
    assert.deepEqual(await other.queued(), []);
    assert.deepEqual(other.portal.config.mail, null);
  });
});
