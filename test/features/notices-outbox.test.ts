import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createTransport, type MailTimeouts } from '../../src/platform/mail-transport.ts';
import { parseMail } from '../support/mail-server.ts';
import { aPortalWithUser, MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';

const hourMs = 3_600_000;
// Nodemailer's default timeouts start at 30 s, so a transport without shorter timeouts would exceed this limit.
const mayTakeMs = 20_000;

/** A server that does not speak SMTP. @returns its URL and a function that closes every connection */
async function aSilentServer(greet: (write: (line: string) => void) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    greet((line) => socket.write(line));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hangUp = (): void => sockets.forEach((socket) => socket.destroy());
  after(() => {
    hangUp();
    server.close();
  });
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, hangUp };
}

describe('a mail server that does not speak SMTP', () => {
  const strange: [
    what: string,
    greet: (write: (line: string) => void) => void,
    refused: boolean,
    waits: MailTimeouts,
  ][] = [
    ['sends no greeting', () => {}, false, { connectMs: 50, responseMs: hourMs, idleMs: 50 }],
    [
      'responds with HTTP',
      (write) => write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      true,
      { connectMs: hourMs, responseMs: hourMs, idleMs: 50 },
    ],
    [
      'is silent after its greeting',
      (write) => write('220 here\r\n'),
      false,
      { connectMs: hourMs, responseMs: 50, idleMs: 50 },
    ],
  ];
  for (const [what, greet, refused, waits] of strange) {
    it(`does not block the portal if it ${what}`, async () => {
      const { url, hangUp } = await aSilentServer(greet);
      const { portal, zoe, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: url, MAIL_FROM });
      await queueNotice();
      let over = false;
      const sending = portal.background.runAll().then(() => (over = true));
      const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(zoe);
      assert.equal((await person.visit('/my-profile')).status, 200);
      await queueNotice();
      if (!refused) assert.equal(over, false, 'the portal responds while the mail server is silent');
      hangUp();
      await sending;
      assert.deepEqual((await queued()).map(({ attempts }) => attempts).sort(), [0, 1]);
    });

    it(`times out or fails if it ${what}`, { timeout: mayTakeMs }, async () => {
      const { url } = await aSilentServer(greet);
      const { mail } = (await aPortalWithUser({ SMTP_URL: url, MAIL_FROM })).portal.config;
      const transport = createTransport(mail!, waits);
      const letter = { id: 'x', to: 'zoe@a.example', language: 'en', subject: 'x', text: 'x', html: 'x' };
      await assert.rejects(transport.send(letter, 0), { code: refused ? 'EPROTOCOL' : 'ETIMEDOUT' });
    });
  }
});

describe('the outbox folder of a portal without a mail server', () => {
  it('contains each email, readable only by the owner', async () => {
    const { portal, zoe, queueNotice, queued } = await aPortalWithUser({});
    await queueNotice();
    await portal.background.runAll();
    const folder = path.join(portal.config.dataDirectory, 'outbox');
    const [name = '', ...more] = readdirSync(folder);
    assert.ok(name.endsWith('.eml') && more.length === 0);
    assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const mail = parseMail(readFileSync(path.join(folder, name), 'utf8').replace(/\r?\n/g, '\r\n'), []);
    assert.equal(mail.subject, 'Your sign-in was unblocked');
    assert.ok(mail.text.includes(zoe.displayName) && mail.headers.includes(`To: ${zoe.username}`));
    assert.deepEqual(await queued(), []);
  });

  it('keeps the latest 100 emails', async () => {
    const { portal, queueNotice } = await aPortalWithUser({});
    for (let each = 0; each < 103; each++) {
      portal.clock.now += 1_000;
      await queueNotice();
    }
    await portal.background.runAll();
    assert.equal(readdirSync(path.join(portal.config.dataDirectory, 'outbox')).length, 100);
  });

  it('is not used with an explicitly configured database, and deliveries do not accumulate', async () => {
    const other = await aPortalWithUser({
      DATABASE_URL: `sqlite:${path.join((await aPortalWithUser({})).portal.config.dataDirectory, 'own')}`,
    });
    await other.queueNotice();
    await other.portal.background.runAll();
    assert.deepEqual(await other.queued(), []);
    assert.deepEqual(other.portal.config.mail, null);
  });
});
