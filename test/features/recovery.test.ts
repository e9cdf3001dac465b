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
  describe(`self-service recovery, on ${dialect}`, { skip: skipWithout('postgres', database) }, async () => {
    const server = await aMailServer();
    const environment = { ...china, SMTP_URL: server.url, MAIL_FROM };
    const portal = await openPortal({ environment, ...(database?.url ? { databaseUrl: database.url } : {}) });
    const tenant = await aTenant(portal, { language: 'en' });

    async function ask(username: string) {
      await portal.database.knex('throttles').delete();
      const person = await aPerson(portal, english).visit('/recover-access');
      // Deliver earlier notices first.
      await portal.background.runAll();
      server.received.length = 0;
      const answer = await person.send('POST', '/recover-access', { username });
      await portal.background.runAll();
      return { answer, mails: server.received, link: linkPattern.exec(server.received[0]?.text ?? '')?.[1] ?? '' };
    }

    it('sends a link to the mailbox, which lets the user choose a new password', async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      const person = await aPerson(portal, english).visit('/sign-in');
      await person.submit('Next', { 'User name': zoe.username });
      await person.follow('Recover your account');
      assert.equal(person.$('[name=username]').attr('value'), zoe.username, 'the user name is filled in');
      await person.submit('Email me a link');
      person.sees('Check your email').sees('expires after 60 minutes');
      await portal.background.runAll();
      const [mail] = server.received;
      assert.deepEqual(mail?.to, [zoe.username]);
      assert.match(mail?.text ?? '', /If this wasn’t you, ignore this message/);
      const link = linkPattern.exec(mail?.text ?? '')?.[1] ?? '';
      assert.equal((await aPerson(portal, english).signIn(zoe)).path, '/dashboard', 'the old password keeps working');
      portal.clock.now += minuteMs;
      const again = await ask(zoe.username);
      const user = await openLink(portal, again.link);
      user.sees('to recover your account. Your previous password no longer works.');
      assert.equal((await aPerson(portal, english).signIn(zoe)).path, '/sign-in/password');
      await choosePassword(user);
      assert.equal(
        (await aPerson(portal, english).signIn({ ...zoe, clearPassword: chosenPassword })).path,
        '/dashboard',
      );
      assert.equal((await aPerson(portal, english).visit(link)).status, 404, 'an earlier link is invalid');
      const events = (await eventsOf(portal, zoe)).filter((kind) => !kind.startsWith('signIn.'));
      assert.deepEqual(events, ['recovery.linkMailed', 'recovery.linkMailed', 'link.opened', 'password.changed']);
    });

    it('is recorded in the activity log as an action of the user', async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      await openLink(portal, (await ask(zoe.username)).link);
      const boss = await aUser(portal, tenant, { administratorLevel: 'global' });
      const admin = await aPerson(portal, english).signIn(boss);
      await admin.visit(`/account-settings/activity-log?user=${zoe.id}`);
      admin.sees('Zoé Besson used a one-time link to recover their account.');
      admin.sees('An account recovery link was requested and emailed to Zoé Besson.');
    });

    it('expires after an hour, or when the user signs in with the password', async () => {
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

    it('responds identically for every user name, and sends email only to users who can sign in', async () => {
      const suspended = await aTenant(portal);
      const names: [label: string, username: string, mails: number][] = [
        ['an active user', (await aUser(portal, tenant)).username, 1],
        ['a user with a temporary password', (await aUser(portal, tenant, { password: 'temporary' })).username, 1],
        ['a blocked user', (await aUser(portal, tenant, { state: 'blocked' })).username, 0],
        ['a deleted user', (await aUser(portal, tenant, { state: 'deleted', deletedAt: 0 })).username, 0],
        ['a user of a suspended tenant', (await aUser(portal, suspended)).username, 0],
        ['an unknown user of a known domain', `nobody@${tenant.domain}`, 0],
        ['an unknown user of an unknown domain', 'nobody@nowhere.example', 0],
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

    it('looks up the user only after responding, so that timing reveals nothing', async () => {
      const zoe = await aUser(portal, tenant);
      await portal.database.knex('throttles').delete();
      const person = await aPerson(portal, english).visit('/recover-access');
      assert.equal((await person.send('POST', '/recover-access', { username: zoe.username })).status, 200);
      assert.equal((await portal.database.knex('one_time_links').where({ user_id: zoe.id })).length, 0);
      await portal.background.runAll();
      assert.equal((await portal.database.knex('one_time_links').where({ user_id: zoe.id })).length, 1);
    });

    it('is throttled for known and unknown user names, and stores no unknown ones', async () => {
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

    it('redirects to sign-in if the directory maps the domain to another region', async () => {
      await directoryStore.upsert(portal.database, [{ domain: 'elsewhere.example', region: 'worldwide' }]);
      const { answer, mails } = await ask('ada@elsewhere.example');
      assert.deepEqual([answer.status, answer.headers.location, mails.length], [303, '/sign-in', 0]);
    });

    for (const [label, username] of [
      ['an empty user name', ''],
      ['a malformed user name', 'zoe'],
      ['a user name with a line break', 'a@b.example\r\nBcc: c@d.example'],
    ] as const) {
      it(`shows the form again after ${label}`, async () => {
        const { answer, mails } = await ask(username);
        assert.deepEqual([answer.status, mails.length], [422, 0]);
      });
    }
  });
}

describe('unavailable self-service recovery', () => {
  it('has no page in regions that do not offer it', async () => {
    const portal = await openPortal();
    const person = await aPerson(portal, english).visit('/sign-in');
    assert.equal((await person.visit('/recover-access')).status, 404);
    assert.equal((await person.send('POST', '/recover-access', { username: 'a@b.example' })).status, 404);
  });

  it('refers to the operator in a portal without email', async () => {
    // An explicitly named database file is not the default, so the portal has no outbox folder.
    const { config } = await openPortal({ environment: china });
    const databaseUrl = config.database.kind === 'sqlite' ? `sqlite:${config.database.file}` : '';
    const portal = await openPortal({ environment: china, databaseUrl });
    const zoe = await aUser(portal, await aTenant(portal), { clearPassword: goodPassword });
    const person = await aPerson(portal, english).visit('/recover-access');
    person.sees('this portal can’t send email yet. Contact the portal operator');
    assert.equal(person.$('main form').length, 0);
    const answer = await person.send('POST', '/recover-access', { username: zoe.username });
    assert.match(answer.text, /Contact the portal operator/);
    await portal.background.runAll();
    assert.equal((await portal.database.knex('one_time_links')).length, 0);
  });
});
