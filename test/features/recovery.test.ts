import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { linkPattern, choosePassword, chosenPassword, english, eventsOf, openLink } from '../support/links.ts';
import { aMailServer } from '../support/mail-server.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { normalizedResponse, databaseContents } from '../support/responses.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const minuteMs = 60_000;
const china = { REGION: 'china' };

for (const [dialect, database] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`recovering alone, on ${dialect}`, { skip: skipWithout('postgres', database) }, async () => {
    const server = await aMailServer();
    const environment = { ...china, SMTP_URL: server.url, MAIL_FROM };
    const portal = await openPortal({ environment, ...(database?.url ? { databaseUrl: database.url } : {}) });
    const tenant = await aTenant(portal, { language: 'en' });

    async function ask(username: string) {
      await portal.database.knex('throttles').delete();
      const person = await aPerson(portal, english).visit('/recover-access');
      // What happened before is told first.
      await portal.background.runAll();
      server.received.length = 0;
      const answer = await person.send('POST', '/recover-access', { username });
      await portal.background.runAll();
      return { answer, mails: server.received, link: linkPattern.exec(server.received[0]?.text ?? '')?.[1] ?? '' };
    }

    it('leads from the forgotten password by the mailbox to a new one, without anybody’s help', async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const person = await aPerson(portal, english).visit('/sign-in');
      await person.submit('Next', { 'User name': zoe.username });
      await person.follow('Recover your access');
      assert.equal(person.$('[name=username]').attr('value'), zoe.username, 'it was typed already');
      await person.submit('Send the link');
      person.sees('Check your mail').sees('within 60 minutes');
      await portal.background.runAll();
      const [mail] = server.received;
      assert.deepEqual(mail?.to, [zoe.username]);
      assert.match(mail?.text ?? '', /Was it not you\? Then do nothing/);
      const link = linkPattern.exec(mail?.text ?? '')?.[1] ?? '';
      assert.equal((await aPerson(portal, english).signIn(zoe)).path, '/dashboard', 'the old password goes on working');
      portal.clock.now += minuteMs;
      const again = await ask(zoe.username);
      const user = await openLink(portal, again.link);
      user.sees('to recover your access. Your former password no longer works.');
      assert.equal((await aPerson(portal, english).signIn(zoe)).path, '/sign-in/password');
      await choosePassword(user);
      assert.equal(
        (await aPerson(portal, english).signIn({ ...zoe, clearPassword: chosenPassword })).path,
        '/dashboard',
      );
      assert.equal((await aPerson(portal, english).visit(link)).status, 404, 'an earlier one is over');
      const events = (await eventsOf(portal, zoe)).filter((kind) => !kind.startsWith('signIn.'));
      assert.deepEqual(events, ['recovery.linkMailed', 'recovery.linkMailed', 'link.opened', 'password.changed']);
    });

    it('says in the log that the user did it alone', async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      await openLink(portal, (await ask(zoe.username)).link);
      const boss = await aUser(portal, tenant, { administratorLevel: 'global' });
      const admin = await aPerson(portal, english).signIn(boss);
      await admin.visit(`/account-settings/activity-log?user=${zoe.id}`);
      admin.sees('Zoé Besson recovered access alone, by a one-time link.');
      admin.sees('A one-time link to recover access was mailed to Zoé Besson, as somebody had asked for.');
    });

    it('is over an hour after it was asked for, and once its user has signed in after all', async () => {
      const [zoe, paul] = [await aUser(portal, tenant), await aUser(portal, tenant)];
      const [first, second] = [await ask(zoe.username), await ask(paul.username)].map(({ link }) => link);
      portal.clock.now += 1;
      await aPerson(portal, english).signIn(paul);
      assert.equal((await aPerson(portal, english).visit(second ?? '')).status, 404);
      portal.clock.now += 60 * minuteMs - 2;
      assert.equal((await aPerson(portal, english).visit(first ?? '')).status, 200);
      portal.clock.now += 1;
      assert.equal((await aPerson(portal, english).visit(first ?? '')).status, 404);
    });

    it('answers alike for everybody and nobody, and mails those alone who can sign in', async () => {
      const suspended = await aTenant(portal);
      const names: [label: string, username: string, mails: number][] = [
        ['somebody', (await aUser(portal, tenant)).username, 1],
        ['somebody who has a temporary password', (await aUser(portal, tenant, { password: 'temporary' })).username, 1],
        ['somebody blocked', (await aUser(portal, tenant, { state: 'blocked' })).username, 0],
        ['somebody deleted', (await aUser(portal, tenant, { state: 'deleted', deletedAt: 0 })).username, 0],
        ['somebody of a suspended company', (await aUser(portal, suspended)).username, 0],
        ['nobody', `nobody@${tenant.domain}`, 0],
        ['nobody anywhere', 'nobody@nowhere.example', 0],
      ];
      await tenantsStore.setState(portal.database, suspended.id, 'suspended');
      const answers = [];
      for (const [label, username, expected] of names) {
        const { answer, mails } = await ask(username);
        assert.equal(mails.length, expected, label);
        answers.push(normalizedResponse(answer, username));
      }
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });

    it('looks nobody up before it has answered, so that time tells nothing', async () => {
      const zoe = await aUser(portal, tenant);
      await portal.database.knex('throttles').delete();
      const person = await aPerson(portal, english).visit('/recover-access');
      assert.equal((await person.send('POST', '/recover-access', { username: zoe.username })).status, 200);
      assert.equal((await portal.database.knex('one_time_links').where({ user_id: zoe.id })).length, 0);
      await portal.background.runAll();
      assert.equal((await portal.database.knex('one_time_links').where({ user_id: zoe.id })).length, 1);
    });

    it('stops whoever fills a mailbox, known or not, and forgets what was typed', async () => {
      await portal.database.knex('throttles').delete();
      const zoe = await aUser(portal, tenant);
      for (const username of [zoe.username, 'canary-nobody@nowhere.example']) {
        const person = await aPerson(portal, english).visit('/recover-access');
        const statuses: number[] = [];
        for (let each = 0; each < 4; each++)
          statuses.push((await person.send('POST', '/recover-access', { username })).status);
        assert.deepEqual(statuses, [200, 200, 200, 429]);
      }
      await portal.background.runAll();
      if (!database?.url) assert.ok(!(await databaseContents(portal.database)).includes('canary-nobody'));
      assert.ok(!portal.logged().includes('canary-nobody') && !portal.logged().includes(zoe.username));
    });

    it('does not know whom another region’s directory claims', async () => {
      await directoryStore.put(portal.database, [{ domain: 'elsewhere.example', region: 'worldwide' }]);
      const { answer, mails } = await ask('ada@elsewhere.example');
      assert.deepEqual([answer.status, answer.headers.location, mails.length], [303, '/sign-in', 0]);
    });

    for (const [label, username] of [
      ['nothing', ''],
      ['no user name', 'zoe'],
      ['two lines', 'a@b.example\r\nBcc: c@d.example'],
    ] as const) {
      it(`asks again after ${label}`, async () => {
        const { answer, mails } = await ask(username);
        assert.deepEqual([answer.status, mails.length], [422, 0]);
      });
    }
  });
}

describe('where users do not recover alone, or cannot', () => {
  it('there is no such page in other regions', async () => {
    const portal = await openPortal();
    const person = await aPerson(portal, english).visit('/sign-in');
    assert.equal((await person.visit('/recover-access')).status, 404);
    assert.equal((await person.send('POST', '/recover-access', { username: 'a@b.example' })).status, 404);
  });

  it('a portal without mail says that its operator must help', async () => {
    // A file that is named is not the embedded default: nobody looks into its folder for mails.
    const { config } = await openPortal({ environment: china });
    const databaseUrl = config.database.kind === 'sqlite' ? `sqlite:${config.database.file}` : '';
    const portal = await openPortal({ environment: china, databaseUrl });
    const zoe = await aUser(portal, await aTenant(portal), { clearPassword: goodPassword });
    const person = await aPerson(portal, english).visit('/recover-access');
    person.sees('this portal has no mail set up. Turn to its operator');
    assert.equal(person.$('main form').length, 0);
    const answer = await person.send('POST', '/recover-access', { username: zoe.username });
    assert.match(answer.text, /Turn to its operator/);
    await portal.background.runAll();
    assert.equal((await portal.database.knex('one_time_links')).length, 0);
  });
});
