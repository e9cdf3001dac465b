import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userPath } from '../../src/site/http/paths.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import { aTenantWithHandover } from '../support/links.ts';
import { aMailServer } from '../support/mail-server.ts';
import { aPortalWithUser, MAIL_FROM } from '../support/outbox.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';

const minuteMs = 60_000;
const warning = 'The email server rejected the email with the one-time link';
const resetPath = (user: { id: string }): string => `${userPath(user.id)}/reset-password`;

describe('an email whose recipient the mail server rejects', () => {
  for (const { reply, final } of [
    { reply: '550 5.1.1 No such user', final: true },
    { reply: '550 No such user', final: true },
    { reply: '551 User not local', final: true },
    { reply: '553 5.1.3 Mailbox name not allowed', final: true },
    { reply: '554 5.1.1 No such user', final: true },
    { reply: '450 4.2.1 Mailbox busy', final: false },
    { reply: '552 5.2.2 Mailbox full', final: false },
    { reply: '530 5.7.0 Authentication required', final: false },
    { reply: '550 5.7.1 Relaying denied', final: false },
  ]) {
    it(`is ${final ? 'not retried' : 'retried'} after the reply ${reply}`, async () => {
      const server = await aMailServer();
      const { portal, queueNotice, queued, zoe, tenant } = await aPortalWithUser({ SMTP_URL: server.url, MAIL_FROM });
      server.recipientReply = () => reply;
      await queueNotice();
      await portal.background.runAll();
      assert.deepEqual(
        (await queued()).map(({ attempts }) => attempts),
        final ? [] : [1],
      );
      const line = portal
        .logged()
        .split('\n')
        .find((each) => each.includes('Delivery'));
      const { tenantId, userId, code, msg } = JSON.parse(line ?? '{}') as Record<string, string>;
      assert.deepEqual([tenantId, userId, code], [tenant.id, zoe.id, `EENVELOPE ${reply.slice(0, 3)}`]);
      assert.equal(
        msg,
        final ? 'Delivery was refused permanently and given up' : 'Delivery failed and will be attempted again',
      );
      assert.ok(!portal.logged().includes(zoe.username));
    });
  }
});

for (const [dialect, database] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `a one-time link to a mailbox that does not exist, on ${dialect}`,
    { skip: skipWithout('postgres', database) },
    async () => {
      const server = await aMailServer();
      const environment = { SMTP_URL: server.url, MAIL_FROM };
      const portal = await openPortal({ environment, ...(database?.url ? { databaseUrl: database.url } : {}) });
      const { tenant, admin } = await aTenantWithHandover(portal, 'mailedLink');
      const users = await Promise.all([1, 2, 3].map(() => aUser(portal, tenant, { language: 'en' })));
      const isMissing = (address: string): boolean => users.some(({ username }) => username === address);

      async function reset(user: TestUser): Promise<void> {
        await admin.visit(resetPath(user));
        await admin.submit('Reset password');
      }

      it("is recorded in the activity log and shown on the user's page", async () => {
        server.recipientReply = (address) => (isMissing(address) ? '550 5.1.1 No such user' : null);
        for (const user of users) await reset(user);
        await portal.background.runAll();
        await admin.visit(userPath(users[0]!.id));
        admin.sees(warning).sees('One-time link email rejected');
      });

      it('is reported in a single email to the administrator who sent it, however many links were rejected', async () => {
        server.received.length = 0;
        await portal.background.runAll();
        assert.equal(server.received.length, 0, 'not immediately, because more links may be rejected');
        portal.clock.now += 5 * minuteMs;
        await portal.background.runAll();
        assert.equal(server.received.length, 1, 'one email for three links');
        const mail = server.received.at(0);
        assert.equal(mail?.subject, 'A one-time link couldn’t be delivered');
        assert.match(mail?.text ?? '', /Activity log/);
        assert.ok(
          users.every(
            ({ username, displayName }) => mail && !mail.raw.includes(username) && !mail.text.includes(displayName),
          ),
        );
        assert.deepEqual(await portal.database.knex('deliveries'), []);
      });

      it("is no longer shown on the user's page once another link is sent", async () => {
        server.recipientReply = null;
        await reset(users[0]!);
        await portal.background.runAll();
        await admin.visit(userPath(users[0]!.id));
        admin.doesNotSee(warning);
        await admin.visit(userPath(users[1]!.id));
        admin.sees(warning);
      });
    },
  );
}

describe('sending many emails', () => {
  it('uses five connections to send five emails at the same time', async () => {
    const server = await aMailServer();
    const { portal, queueNotice, queued } = await aPortalWithUser({ SMTP_URL: server.url, MAIL_FROM });
    // The first email tests whether the server is available. After that, the server accepts no email until five
    // are in progress.
    server.recipientReply = () => {
      if (server.received.length > 0) server.batch = 5;
      return null;
    };
    for (let n = 0; n < 21; n++) await queueNotice();
    await portal.background.runAll();
    assert.deepEqual([server.received.length, server.connections, await queued()], [21, 5, []]);
    assert.match(portal.logged(), /"delivered":21,"msg":"Messages were delivered"/);
  });
});
