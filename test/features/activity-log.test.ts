import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Language } from '../../src/domain/regions.ts';
import { languages } from '../locales/catalogue.ts';
import { createScope } from '../../src/domain/scope.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const log = '/account-settings/activity-log';
const list = '/account-settings/user-management';
const dayMs = 24 * 60 * 60 * 1_000;

const portal = await openPortal({ environment: { TRUST_PROXY: '1' } });
const signedIn = (user: TestUser, language: Language = 'fr'): Promise<Person> =>
  aPerson(portal, { 'Accept-Language': language, 'X-Forwarded-For': '198.51.100.7' }).signIn(user);

const textsOf = (person: Person, selector: string): string[] =>
  person
    .$(selector)
    .toArray()
    .map((each) => normalizeSpace(person.$(each).text()));
const sentences = (person: Person): string[] => textsOf(person, '.event-text');

/** Creates a tenant with three events on three days, the last one today. */
async function setUpTenant(language: Language) {
  const tenant = await aTenant(portal, { language });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', username: `zoe@${tenant.domain}` });
  const zoltan = await aUser(portal, tenant, { displayName: 'Zoltán Kiss', state: 'deleted', deletedAt: 1 });
  const byCamille = createScope({ ...tenant.scope, principal: person(camille), address: '203.0.113.9' });
  const { now } = portal.clock;
  await activityStore.record(portal.database, tenant.scope, { kind: 'tenant.added' }, null, now - 40 * dayMs);
  await activityStore.record(portal.database, byCamille, { kind: 'user.deleted' }, zoltan.id, now - dayMs);
  return { tenant, camille, zoe, zoltan, admin: await signedIn(camille, language) };
}

describe('the activity log', () => {
  for (const language of languages) {
    it(`shows who did what to whom, when and from where, newest first (${language})`, async () => {
      const { t } = translator(language);
      const { admin, zoe, camille } = await setUpTenant(language);
      await admin.visit(`${list}/${zoe.id}`);
      await admin.submit(t('common:terms.save'), { [t('common:terms.displayName')]: 'Zoë Besson' });
      await admin.visit('/account-settings');
      await admin.follow(t('common:terms.activityLog'));
      assert.deepEqual([admin.path, normalizeSpace(admin.$('h1').text())], [log, t('common:terms.activityLog')]);
      const says = (key: string, target = ''): string =>
        normalizeSpace(t(`activity:sentence.${key}`, { actor: 'Camille Laurent', target }));
      const operator = t('activity:sentence.tenant_added', { actor: t('activity:operator') });
      assert.deepEqual(sentences(admin), [
        says('user_edited.another', 'Zoë Besson'),
        says('signIn_succeeded'),
        says('user_deleted', 'Zoltán Kiss'),
        normalizeSpace(operator),
      ]);
      const { day, todayOrYesterday, zone } = createFormats(language, () => portal.clock.now);
      const days = [0, 1, 40].map((ago) => portal.clock.now - ago * dayMs);
      assert.deepEqual(
        textsOf(admin, '.timeline-day h2'),
        days.map((at) => normalizeSpace(`${day(at)} ${todayOrYesterday(at)}`)),
      );
      const change = { field: t('common:terms.displayName'), from: 'Zoé Besson', to: 'Zoë Besson' };
      assert.deepEqual(textsOf(admin, '.event:first .event-detail').slice(0, 2), [
        normalizeSpace(t('activity:detail.change', change)),
        t('activity:from', { address: '198.51.100.7' }),
      ]);
      admin.sees(t('activity:from', { address: '203.0.113.9' })).sees(zone());
      assert.equal(admin.$('.event:first time').attr('datetime'), new Date(portal.clock.now).toISOString());
      assert.equal(admin.$('.event:first bdi').first().text(), camille.displayName);
    });
  }

  it('can be filtered by kind and date range, and says when nothing matches', async () => {
    const { admin } = await setUpTenant('en');
    const day = (ago: number): string => new Date(portal.clock.now - ago * dayMs).toISOString().slice(0, 10);
    const shown = async (fields: Readonly<Record<string, string>>): Promise<number> => {
      await (await admin.visit(log)).submit('Apply filters', fields);
      return sentences(admin).length;
    };
    assert.equal(await shown({}), 3);
    assert.equal(await shown({ 'Event type': 'users' }), 1);
    admin.sees('Camille Laurent deleted Zoltán Kiss’s account.');
    assert.equal(await shown({ 'Start date': day(1) }), 2);
    assert.equal(await shown({ 'End date': day(1) }), 2);
    assert.equal(await shown({ 'Start date': day(1), 'End date': day(1) }), 1);
    assert.equal(await shown({ 'Event type': 'users', 'Start date': day(0) }), 0);
    admin.sees('No events match your filters');
    await admin.follow('Clear filters');
    assert.equal(sentences(admin).length, 3);
  });

  it('keeps the filter in the form, in its page links and in its export links', async () => {
    const { admin, zoe } = await setUpTenant('en');
    await admin.visit(`${log}?user=${zoe.id}&kind=users&from=2026-01-02&to=2026-11-30`);
    const value = (name: string): string | undefined => admin.$(`[name=${name}]`).attr('value');
    assert.deepEqual([value('user'), value('from'), value('to')], [zoe.id, '2026-01-02', '2026-11-30']);
    assert.equal(admin.$('[name=kind] option[selected]').attr('value'), 'users');
    const narrowed = `user=${zoe.id}&kind=users&from=2026-01-02&to=2026-11-30`;
    const hrefs = admin
      .$('.page-actions a')
      .toArray()
      .map((each) => admin.$(each).attr('href'));
    assert.deepEqual(hrefs, [`${log}/export.csv?${narrowed}`, `${log}/export.jsonl?${narrowed}`]);
  });

  it('can be paged in both directions', async () => {
    const { admin, tenant } = await setUpTenant('en');
    const { now } = portal.clock;
    for (let count = 0; count < 110; count++)
      await activityStore.record(portal.database, tenant.scope, { kind: 'tenant.resumed' }, null, now - count * 60_000);
    await admin.visit(`${log}?kind=organization`);
    const times = (): unknown[] =>
      admin
        .$('.event time')
        .toArray()
        .map((each) => admin.$(each).attr('datetime'));
    const first = times();
    assert.deepEqual(first, [...first].sort().reverse());
    const seen: number[] = [];
    for (const turn of ['Next', 'Next', null]) {
      seen.push(sentences(admin).length);
      if (turn !== null) await admin.follow(turn);
    }
    assert.deepEqual(seen, [50, 50, 11]);
    assert.equal(admin.$('a[rel=next]').length, 0);
    await admin.follow('Previous');
    await admin.follow('Previous');
    assert.deepEqual(times(), first);
    assert.equal(admin.$('a[rel=prev]').length, 0);
  });

  it('is available only to administrators who manage users', async () => {
    const { tenant } = await setUpTenant('en');
    for (const administratorLevel of ['userManagement', 'billing', 'none'] as const) {
      const person = await signedIn(await aUser(portal, tenant, { administratorLevel }), 'en');
      const may = administratorLevel === 'userManagement';
      assert.equal(person.$(`.navigation a[href="${log}"]`).length, may ? 1 : 0);
      assert.equal((await person.visit(log)).status, may ? 200 : 403);
    }
  });
});

describe('the activity of one user', () => {
  it('includes actions by the user and on the user, and is linked from the user page', async () => {
    const { admin, zoe, camille } = await setUpTenant('en');
    await admin.visit(`${list}/${zoe.id}`);
    await admin.submit('Block sign-in');
    await admin.follow('View all activity');
    assert.deepEqual(sentences(admin), ['Camille Laurent blocked sign-in for Zoé Besson.']);
    assert.equal(normalizeSpace(admin.$('.chosen bdi').first().text()), 'Zoé Besson');
    await admin.follow('Remove filter: Zoé Besson');
    assert.equal(sentences(admin).length, 4);
    assert.equal(sentences(await admin.visit(`${log}?user=${camille.id}`)).length, 3);
  });

  it('can be found by part of a name or user name, with a choice if several users match', async () => {
    const { admin, zoe, zoltan } = await setUpTenant('en');
    await (await admin.visit(log)).submit('Apply filters', { Person: 'besson', 'Event type': 'users' });
    assert.equal(admin.path, `${log}?user=${zoe.id}&kind=users`);
    await (await admin.visit(log)).submit('Apply filters', { Person: 'ZO' });
    admin.sees('Choose a person').sees('Zoé Besson').sees(`Zoltán Kiss${zoltan.username} Deleted`);
    assert.deepEqual(sentences(admin), []);
    await admin.follow('Zoltán Kiss');
    assert.deepEqual(sentences(admin), ['Camille Laurent deleted Zoltán Kiss’s account.']);
    await (await admin.visit(log)).submit('Apply filters', { Person: 'nobody at all' });
    admin.sees('No one matches that name');
  });

  it("is still shown, without a name, after the user's row has been deleted", async () => {
    const { admin, zoltan } = await setUpTenant('en');
    await portal.database.knex('users').where({ id: zoltan.id }).delete();
    await admin.visit(`${log}?user=${zoltan.id}`);
    assert.match(sentences(admin).join(), /^Camille Laurent deleted Erased user [\w-]+’s account\.$/);
    admin.sees('Unknown person');
  });
});
