import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userPath } from '../../src/site/http/paths.ts';
import { aUser } from '../support/builders.ts';
import { linkPattern, aTenantWithHandover, choosePassword, english, openLink } from '../support/links.ts';
import { aMailServer } from '../support/mail-server.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { databaseContents } from '../support/responses.ts';

const hourMs = 3_600_000;
const resetPath = (user: { id: string }): string => `${userPath(user.id)}/reset-password`;

for (const [dialect, database] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`a mailed one-time link, on ${dialect}`, { skip: skipWithout('postgres', database) }, async () => {
    const server = await aMailServer();
    const environment = { SMTP_URL: server.url, MAIL_FROM };
    const portal = await openPortal({ environment, ...(database?.url ? { databaseUrl: database.url } : {}) });
    const { tenant, admin } = await aTenantWithHandover(portal, 'mailedLink');

    async function resetAndMail(language: 'en' | 'fr' | 'de' = 'en') {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', language });
      await admin.visit(resetPath(zoe));
      admin.sees('A one-time link is emailed to the user. You won’t see it.');
      await admin.submit('Reset password');
      const screen = admin.body;
      server.received.length = 0;
      await portal.background.runAll();
      const [mail, ...more] = server.received;
      assert.ok(mail && more.length === 0, 'one email, and no notice in addition');
      return { zoe, screen, mail, link: linkPattern.exec(mail.text)?.[1] ?? '' };
    }

    it("is sent to the user name in the user's language and is not shown to the administrator", async () => {
      const { zoe, screen, mail, link } = await resetAndMail('de');
      assert.match(screen, /Email is being sent/);
      assert.doesNotMatch(screen, linkPattern);
      assert.deepEqual(mail.to, [zoe.username]);
      assert.equal(mail.subject, 'Wählen Sie ein neues Kennwort');
      assert.match(mail.text, /Camille Laurent/);
      assert.ok(mail.html.includes(`href="http://localhost:3000${link}"`));
      assert.ok(!mail.headers.join('\n').includes('/link/'));
      const user = await (await aPerson(portal, english).visit(link)).submit('Link verwenden');
      assert.equal(user.path, '/change-password');
    });

    it('appears only in the email, and is never stored or logged', async () => {
      const zoe = await aUser(portal, tenant);
      await admin.visit(resetPath(zoe));
      await admin.submit('Reset password');
      const before = database?.url ? '' : await databaseContents(portal.database);
      server.received.length = 0;
      server.refusal = 451;
      await portal.background.runAll();
      server.refusal = null;
      portal.clock.now += hourMs;
      await portal.background.runAll();
      const token = linkPattern.exec(server.received[0]?.text ?? '')?.[1]?.slice('/link/'.length) ?? '';
      assert.equal(token.length, 34);
      const after = database?.url ? '' : await databaseContents(portal.database);
      for (const place of [before, after, portal.logged()]) assert.ok(!place.includes(token));
      assert.equal(
        (await portal.database.knex('deliveries').where({ user_id: zoe.id })).length,
        0,
        'the delivery is deleted once sent',
      );
    });

    it('is kept while a wrong clock makes it seem expired, and sent once the clock is corrected', async () => {
      await portal.background.runAll();
      const zoe = await aUser(portal, tenant);
      const boss = await aPerson(portal, english).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
      await boss.visit(resetPath(zoe));
      await boss.submit('Reset password');
      server.received.length = 0;
      portal.clock.now += 31 * 24 * hourMs;
      await portal.background.runAll();
      assert.equal(server.received.length, 0);
      assert.match(portal.logged(), /CLOCK_NOT_TRUSTED/);
      portal.clock.now -= 31 * 24 * hourMs;
      await portal.database.knex('deliveries').update({ due_at: portal.clock.now, leased_until: null });
      await portal.background.runAll();
      assert.equal(server.received.length, 1);
    });

    it('is not sent after a newer reset or after it has expired', async () => {
      const boss = await aPerson(portal, english).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
      const [zoe, paul] = [await aUser(portal, tenant), await aUser(portal, tenant)];
      for (const user of [zoe, zoe]) {
        await boss.visit(resetPath(user));
        await boss.submit('Reset password');
      }
      server.received.length = 0;
      await portal.background.runAll();
      assert.equal(server.received.length, 1);
      await boss.visit(resetPath(paul));
      await boss.submit('Reset password');
      portal.clock.now += 24 * hourMs;
      await portal.background.runAll();
      assert.equal(server.received.length, 1);
      assert.equal((await portal.database.knex('deliveries')).length, 0);
    });
  });
}

describe('mailed links in a portal without email', { skip: skipWithout('postgres', await postgres()) }, async () => {
  const url = (await postgres())?.url;
  if (url === undefined) return;
  const portal = await openPortal({ databaseUrl: url });
  const { tenant, admin } = await aTenantWithHandover(portal, 'mailedLink');
  const state = async (): Promise<unknown> => [
    await portal.database.knex('users').orderBy('id'),
    await portal.database.knex('one_time_links'),
    await portal.database.knex('deliveries'),
  ];

  it('are shown as unavailable, and a crafted request changes nothing', async () => {
    const zoe = await aUser(portal, tenant);
    const before = await state();
    await admin.visit(resetPath(zoe));
    admin.sees('Email isn’t set up for this portal');
    assert.equal(admin.$('main form button').length, 0);
    const answer = await admin.send('POST', resetPath(zoe), { epoch: String(zoe.epoch) });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /Email isn’t set up for this portal/);
    const chosen = { target: `${zoe.id}.${zoe.epoch}` };
    assert.equal(
      (await admin.send('POST', '/account-settings/user-management/bulk/reset-password', chosen)).status,
      409,
    );
    await admin.visit('/account-settings/user-management/new');
    admin.sees('Email isn’t set up for this portal');
    const added = await admin.send('POST', '/account-settings/user-management/new', {
      ...{ firstName: 'A', lastName: 'B', displayName: 'A B', username: `new@${tenant.domain}`, language: '' },
      ...{ administratorLevel: 'none', agentLevel: 'none' },
    });
    assert.equal(added.status, 409);
    assert.deepEqual(await state(), before);
  });
});

describe('a mailed one-time link after a change of the session secret', async () => {
  const server = await aMailServer();
  const old = 'o'.repeat(40);
  const environment = { SMTP_URL: server.url, MAIL_FROM };
  const first = await openPortal({ environment: { ...environment, SESSION_SECRETS: old } });
  const { tenant, admin } = await aTenantWithHandover(first, 'mailedLink');
  const file = first.config.database.kind === 'sqlite' ? first.config.database.file : '';

  for (const [label, secrets, sent] of [
    ['is not sent if the secret has been removed', 'n'.repeat(40), 0],
    ['is sent as long as the secret is still listed', `${'n'.repeat(40)},${old}`, 1],
  ] as const) {
    it(label, async () => {
      const zoe = await aUser(first, tenant);
      await admin.visit(resetPath(zoe));
      await admin.submit('Reset password');
      const next = await openPortal({
        environment: { ...environment, SESSION_SECRETS: secrets },
        databaseUrl: `sqlite:${file}`,
      });
      server.received.length = 0;
      await next.background.runAll();
      assert.equal(server.received.length, sent);
      const link = linkPattern.exec(server.received[0]?.text ?? '')?.[1];
      if (link) assert.equal((await choosePassword(await openLink(next, link))).path, '/dashboard');
    });
  }
});
