import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { takeApart } from '../support/mail-server.ts';
import { aPortal, MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';

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
