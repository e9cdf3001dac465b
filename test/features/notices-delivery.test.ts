import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMailServer } from '../support/mail-server.ts';
import { aPortalWithUser, MAIL_FROM } from '../support/outbox.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** @returns the URL of the same server under a non-loopback address */
const nonLoopbackUrl = (url: string): string => url.replace('127.0.0.1', '0.0.0.0');

async function closedPort(): Promise<{ url: string; port: number }> {
  const server = await aMailServer();
  await server.close();
  return { url: server.url, port: Number(new URL(server.url).port) };
}

describe('the connection to a mail server', () => {
  it('authenticates with the user and password of SMTP_URL', async () => {
    const server = await aMailServer({ account: { user: 'portal@host', password: 'p:w/d@%' } });
    const { portal, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: server.url, MAIL_FROM });
    await queueNotice();
    await portal.background.runAll();
    assert.deepEqual([server.received.length, await queued()], [1, []]);
  });

  for (const [tls, label] of [
    ['fromTheStart', 'implicit TLS'],
    ['whenAsked', 'STARTTLS'],
  ] as const) {
    it(`accepts a self-signed certificate from a local server with ${label}`, async () => {
      const server = await aMailServer({ tls });
      const { portal, queueNotice } = await aPortalWithUser({ SMTP_URL: server.url, MAIL_FROM });
      await queueNotice();
      await portal.background.runAll();
      assert.deepEqual([server.received.length, server.encrypted], [1, 1]);
    });

    it(`rejects a self-signed certificate from a remote server with ${label}`, async () => {
      const server = await aMailServer({ tls, account: { user: 'portal', password: 'canary' } });
      const { portal, queueNotice } = await aPortalWithUser({ SMTP_URL: nonLoopbackUrl(server.url), MAIL_FROM });
      await queueNotice();
      await portal.background.runAll();
      assert.deepEqual([server.received.length, server.signIns], [0, 0]);
      assert.match(portal.logged(), /"code":"ESOCKET|"code":"ETLS/);
    });
  }

  it('sends neither emails nor passwords to a remote server in plain text', async () => {
    const server = await aMailServer({ account: { user: 'portal', password: 'canary' } });
    const { portal, queueNotice } = await aPortalWithUser({ SMTP_URL: nonLoopbackUrl(server.url), MAIL_FROM });
    await queueNotice();
    await portal.background.runAll();
    assert.deepEqual([server.received.length, server.signIns, server.connections], [0, 0, 1]);
  });

  for (const refusal of [421, 450, 451, 452, 550, 552, 554]) {
    it(`retries later after reply code ${refusal}`, async () => {
      const server = await aMailServer();
      const { portal, queueNotice, queued, zoe } = await aPortalWithUser({ SMTP_URL: server.url, MAIL_FROM });
      server.refusal = refusal;
      await queueNotice();
      await portal.background.runAll();
      const [mail] = await queued();
      assert.ok(mail?.attempts === 1 && mail.waitMs >= minuteMs / 2 && mail.waitMs <= minuteMs, JSON.stringify(mail));
      server.refusal = null;
      await portal.background.runAll();
      assert.equal(server.received.length, 0, 'not before the retry is due');
      portal.clock.now += minuteMs;
      await portal.background.runAll();
      assert.deepEqual([server.received.length, await queued()], [1, []]);
      assert.ok(!portal.logged().includes(zoe.username) && !portal.logged().includes('Not today'));
      assert.match(portal.logged(), new RegExp(`"code":"\\w+ ${refusal}"`));
    });
  }

  it('retries after failed authentication, and does not log the password', async () => {
    const server = await aMailServer({ account: { user: 'portal', password: 'right' } });
    const url = server.url.replace(':right@', ':canary@');
    const { portal, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: url, MAIL_FROM });
    await queueNotice();
    await portal.background.runAll();
    assert.equal((await queued())[0]?.attempts, 1);
    assert.match(portal.logged(), /EAUTH 535/);
    assert.doesNotMatch(portal.logged(), /canary/);
  });

  it('retries an unreachable server with one email per minute, and sends all queued emails once it is reachable', async () => {
    const { url, port } = await closedPort();
    const { portal, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: url, MAIL_FROM });
    for (let each = 0; each < 5; each++) await queueNotice();
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

  it('does not give up on an unreachable server because the clock is wrong', async () => {
    const { url } = await closedPort();
    const { portal, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: url, MAIL_FROM });
    await queueNotice();
    await portal.background.runAll();
    for (const days of [5, 4_000]) {
      portal.clock.now += days * 24 * hourMs;
      await portal.background.runAll();
      assert.equal((await queued()).length, 1);
    }
    assert.doesNotMatch(portal.logged(), /given up/);
  });

  it('gives up on a server that is unreachable for days, and logs no personal data', async () => {
    const { url } = await closedPort();
    const { portal, zoe, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: url, MAIL_FROM });
    await queueNotice();
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
