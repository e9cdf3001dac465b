import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languages } from '../locales/catalogue.ts';
import { createScope } from '../../src/domain/scope.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { editUser } from '../support/edit-user.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person as asPerson } from '../../src/domain/principal.ts';
import { passwordHashOf } from '../support/credentials.ts';

const own = '/my-profile/data';
const list = '/account-settings/user-management';
const portal = await openPortal({ environment: { TRUST_PROXY: '1' } });
const tenant = await aTenant(portal, { language: 'en', name: 'Ateliers Lumière' });
const from = (address: string) => ({
  'Accept-Language': 'en',
  'X-Forwarded-For': address,
  'User-Agent': `Mozilla/5.0 Firefox/140.0 of ${address}`,
});
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const admin = await aPerson(portal, from('192.0.2.1')).signIn(camille);

interface File {
  readonly account: Record<string, unknown>;
  readonly sessions: Record<string, unknown>[];
  readonly queuedMails: Record<string, unknown>[];
  readonly activityAboutMe: Record<string, unknown>[];
  readonly activityByMe: Record<string, unknown>[];
}
const fileOf = async (person: Person): Promise<File> => {
  const answer = await person.send('GET', `${own}.json`);
  assert.equal(answer.status, 200);
  return JSON.parse(answer.text) as File;
};
const entriesOf = ({ id }: TestUser, kind: string): Promise<object[]> =>
  portal.database.knex('activity').where({ target_id: id, kind });

describe("a user's own personal data", async () => {
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', language: 'en', agentLevel: 'sales' });
  await editUser(admin, zoe.id, { firstName: 'Zoë', lastName: 'Besson', displayName: 'Zoë Besson' });
  await admin.send('POST', `${list}/${zoe.id}/block`);
  await admin.send('POST', `${list}/${zoe.id}/unblock`);
  const person = await aPerson(portal, from('198.51.100.7')).signIn(zoe);

  it('is on a page linked from the profile', async () => {
    await person.visit('/my-profile');
    await person.follow('My data');
    assert.equal(person.path, own);
    for (const text of [
      'Zoë Besson',
      zoe.username,
      'Sales agent',
      'No admin',
      'Ateliers Lumière',
      '198.51.100.7',
      'Firefox',
    ])
      person.sees(text);
    person.sees('Display name: Zoë Besson (previously Zoé Besson)').sees('by Camille Laurent');
    person.sees('Your sign-in was unblocked').doesNotSee('192.0.2.1');
  });

  for (const language of languages) {
    it(`is shown in the reader's language (${language})`, async () => {
      const reader = await aPerson(portal).signIn(await aUser(portal, tenant, { language }));
      const { t } = translator(language);
      await reader.visit(own);
      reader.sees(t('personal-data:own.lead')).sees(t('personal-data:held.account')).sees(t('personal-data:download'));
    });
  }

  it('can be downloaded with everything that the page shows', async () => {
    const answer = await person.send('GET', `${own}.json`);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(answer.headers['content-disposition'], 'attachment; filename="personal-data.json"');
    assert.match(String(answer.headers['cache-control']), /no-store/);
    const file = JSON.parse(answer.text) as File;
    assert.equal(file.account.username, zoe.username);
    assert.deepEqual([file.account.displayName, file.account.agentLevel], ['Zoë Besson', 'sales']);
    assert.deepEqual(
      file.sessions.map(({ address }) => address),
      ['198.51.100.7'],
    );
    assert.deepEqual(
      file.queuedMails.map(({ kind }) => kind),
      ['accountUnblocked'],
    );
    assert.deepEqual(
      file.activityAboutMe.map(({ kind }) => kind),
      ['user.edited', 'user.blocked', 'user.unblocked', 'signIn.succeeded'],
    );
    const [edited] = file.activityAboutMe;
    assert.deepEqual([edited?.by, edited?.to, edited?.address], ['Camille Laurent', 'Zoë Besson', null]);
    assert.ok(JSON.stringify(edited?.changes).includes('Zoé Besson'));
  });

  it('contains no password hash, session ID or user ID', async () => {
    const hash = await passwordHashOf(portal.database, zoe.id);
    assert.match(hash, /^\$argon2id/);
    const sessions: { id: string }[] = await portal.database.knex('user_sessions').select('id');
    await person.visit(own);
    const file = await person.send('GET', `${own}.json`);
    for (const text of [person.body, file.text])
      for (const secret of [hash, '$argon2', zoe.clearPassword, camille.id, ...sessions.map(({ id }) => id)])
        assert.ok(!text.includes(secret), secret);
    assert.ok(!file.text.includes(zoe.id));
  });

  it('can be downloaded without an activity log entry, but is rate-limited', async () => {
    const reader = await aUser(portal, tenant);
    const often = await aPerson(portal, from('198.51.100.9')).signIn(reader);
    for (let each = 0; each < 31; each++) assert.equal((await often.send('HEAD', `${own}.json`)).status, 200);
    const statuses: number[] = [];
    for (let each = 0; each < 31; each++) statuses.push((await often.send('GET', `${own}.json`)).status);
    assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.at(-1)], [30, 429]);
    assert.deepEqual(await entriesOf(reader, 'user.dataExported'), []);
  });

  it('contains the names of other users only if the reader may see them', async () => {
    const [boss, target] = [
      await aUser(portal, tenant, { administratorLevel: 'userManagement' }),
      await aUser(portal, tenant, { displayName: 'Ada Geheim' }),
    ];
    const managing = await aPerson(portal, from('198.51.100.10')).signIn(boss);
    await editUser(managing, target.id, { firstName: 'Ada', lastName: 'Neu', displayName: 'Ada Neu' });
    const before = await fileOf(managing);
    assert.deepEqual(
      before.activityByMe.map(({ kind, to }) => [kind, to]),
      [['user.edited', 'Ada Neu']],
    );
    assert.ok(JSON.stringify(before).includes('Ada Geheim'));
    await editUser(admin, boss.id, { ...fieldsOf(boss), administratorLevel: 'none' });
    const after = await fileOf(managing);
    assert.deepEqual(
      after.activityByMe.map(({ kind, to }) => [kind, to]),
      [['user.edited', null]],
    );
    await managing.visit('/dashboard');
    await managing.visit(own);
    managing.sees('affecting another person');
    for (const text of [JSON.stringify(after), managing.body]) assert.doesNotMatch(text, /Ada|Geheim|Neu/);
  });
});

const fieldsOf = ({ firstName, lastName, displayName }: TestUser) => ({ firstName, lastName, displayName });

describe('personal data with thousands of entries', async () => {
  const count = 2_345;
  const boss = await aUser(portal, tenant, { displayName: 'Ada Boss', administratorLevel: 'global' });
  const other = await aUser(portal, tenant, { displayName: 'Noah Other' });
  const scope = createScope({ ...tenant.scope, principal: asPerson(boss) });
  await portal.database.transaction(async (tx) => {
    for (let each = 0; each < count; each++) {
      const target = each % 3 === 0 ? boss.id : other.id;
      await activityStore.record(
        tx,
        scope,
        { kind: 'password.reset', expiresAt: each },
        target,
        portal.clock.now + each,
      );
    }
  });
  const person = await aPerson(portal, from('198.51.100.12')).signIn(boss);

  it('is complete in the file, in order and without duplicates', async () => {
    const file = await fileOf(person);
    const resets = file.activityAboutMe.filter(({ kind }) => kind === 'password.reset');
    const about = resets.map(({ expiresAt }) => Number(expiresAt));
    const by = file.activityByMe.map(({ expiresAt }) => Number(expiresAt));
    assert.deepEqual(
      [...about, ...by].sort((one, two) => one - two),
      Array.from({ length: count }, (_, each) => each),
    );
    for (const side of [about, by])
      assert.deepEqual(
        side,
        [...side].sort((one, two) => one - two),
      );
  });

  it('is limited on the page to the latest entries, and the page says so', async () => {
    await person.visit(own);
    person.sees('These are the latest 100 entries. The download contains all entries.');
    assert.equal(person.$('[aria-labelledby=activity] dt').length, 100);
  });
});
