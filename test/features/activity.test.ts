import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Response } from 'supertest';
import { languages } from '../locales/catalogue.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { editFormValues } from '../support/edit-user.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { databaseContents } from '../support/responses.ts';
import { translator } from '../support/translator.ts';

const address = '198.51.100.7';
const headers = { 'Accept-Language': 'en', 'X-Forwarded-For': address };
const chosen = 'seven quiet otters nap';
const list = '/account-settings/user-management';

const portal = await openPortal({ environment: { TRUST_PROXY: '1' } });
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const signedIn = (user: TestUser): Promise<Person> => aPerson(portal, headers).signIn(user);

interface Entry {
  readonly id: number;
  readonly kind: string;
  readonly tenant_id: string | null;
  readonly actor_id: string | null;
  readonly target_id: string | null;
  readonly request_id: string;
  readonly at: number;
  readonly personal: string;
}
const entriesAfter = (id: number): Promise<Entry[]> =>
  portal.database.knex('activity').where('id', '>', id).orderBy('id').select();
const lastId = async (): Promise<number> => (await entriesAfter(0)).at(-1)?.id ?? 0;

async function onPasswordPage(username: string): Promise<Person> {
  const person = await aPerson(portal, headers).visit('/sign-in');
  return person.submit('Next', { 'User name': username });
}
const password = (person: Person, typed: string) => person.send('POST', '/sign-in/password', { password: typed });

describe('recording an event', () => {
  type Preparation = (zoe: TestUser) => Promise<() => Promise<Response>>;
  const byAdmin =
    (path: string, fields: Readonly<Record<string, string>> = {}): Preparation =>
    async (zoe) => {
      const admin = await signedIn(camille);
      const form = path === '' ? editFormValues(await admin.visit(`${list}/${zoe.id}`)) : {};
      return () => admin.send('POST', `${list}/${zoe.id}${path}`, { ...form, ...fields });
    };
  const bySelf =
    (path: string, fields: Readonly<Record<string, string>> = {}): Preparation =>
    async (zoe) => {
      const person = await signedIn(zoe);
      return () => person.send('POST', path, fields);
    };
  const bySignIn =
    (typed: string | null): Preparation =>
    async (zoe) => {
      const person = await onPasswordPage(zoe.username);
      return () => password(person, typed ?? zoe.clearPassword);
    };
  const change = { currentPassword: goodPassword, newPassword: chosen, confirmPassword: chosen };

  const cases: [
    kind: string,
    actor: 'self' | 'admin' | 'visitor',
    prepare: Preparation,
    overrides?: Partial<TestUser>,
  ][] = [
    ['signIn.succeeded', 'self', bySignIn(null)],
    ['signIn.failed', 'visitor', bySignIn('the wrong one of all')],
    ['signIn.failed', 'visitor', bySignIn(null), { state: 'blocked' }],
    ['signIn.failed', 'visitor', bySignIn(null), { password: 'temporary', temporaryUntil: 1 }],
    ['signOut', 'self', bySelf('/sign-out')],
    ['sessions.ended', 'self', bySelf('/my-profile/sessions', { session: 'others' })],
    ['password.changed', 'self', bySelf('/my-profile/password', change)],
    ['password.changed', 'self', bySelf('/change-password', change), { password: 'temporary' }],
    ['password.changeRefused', 'self', bySelf('/my-profile/password', { ...change, currentPassword: 'wrong' })],
    ['password.reset', 'admin', byAdmin('/reset-password', { epoch: '0' })],
    ['user.edited', 'admin', byAdmin('', { firstName: 'Zoë', lastName: 'Besson', displayName: 'Zoë Besson' })],
    ['user.blocked', 'admin', byAdmin('/block')],
    ['user.unblocked', 'admin', byAdmin('/unblock'), { state: 'blocked' }],
    ['user.deleted', 'admin', byAdmin('/delete')],
    ['sessions.ended', 'admin', byAdmin('/end-sessions')],
  ];

  for (const [kind, actor, prepare, overrides = {}] of cases) {
    it(`stores one ${kind} entry by ${actor} with its target, address and request ID ${JSON.stringify(overrides)}`, async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', ...overrides });
      const act = await prepare(zoe);
      portal.clock.now += 1_000;
      const before = await lastId();
      const answer = await act();
      const entries = await entriesAfter(before);
      assert.deepEqual(
        entries.map((entry) => entry.kind),
        [kind],
      );
      const [entry] = entries as [Entry];
      assert.equal(entry.actor_id, { self: zoe.id, admin: camille.id, visitor: null }[actor]);
      assert.deepEqual([entry.tenant_id, entry.target_id], [tenant.id, zoe.id]);
      assert.deepEqual([entry.at, entry.request_id], [portal.clock.now, answer.headers['x-request-id']]);
      assert.equal((JSON.parse(entry.personal) as { address: string }).address, address);
    });
  }

  it('stores signIn.throttled once per block, so that further attempts do not fill the log', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await onPasswordPage(zoe.username);
    for (let each = 0; each < 5; each++) await password(person, 'wrong');
    const before = await lastId();
    for (const typed of ['wrong', 'wrong', zoe.clearPassword])
      assert.equal((await password(person, typed)).status, 429);
    const entries = await entriesAfter(before);
    assert.deepEqual(
      entries.map(({ kind, actor_id, target_id }) => [kind, actor_id, target_id]),
      [['signIn.throttled', null, zoe.id]],
    );
  });

  it('stores a refused action with the action and the reason', async () => {
    const [manager, boss] = [await aUser(portal, tenant, { administratorLevel: 'userManagement' }), camille];
    const person = await signedIn(manager);
    const before = await lastId();
    assert.equal((await person.send('POST', `${list}/${boss.id}/reset-password`, { epoch: '0' })).status, 403);
    const entries = (await entriesAfter(before)) as (Entry & { data: string })[];
    const parts = entries.map(({ kind, actor_id, target_id, data }) => [
      kind,
      actor_id,
      target_id,
      JSON.parse(data) as object,
    ]);
    assert.deepEqual(parts, [
      [
        'refused',
        manager.id,
        boss.id,
        { action: 'users.resetPassword', because: 'globalAdmin', principal: { kind: 'person' } },
      ],
    ]);
  });

  it('stores a sign-in attempt for an unknown user name without the name, which may be a mistyped password', async () => {
    const before = await lastId();
    await password(await onPasswordPage('meine-geheime-katze@company.example'), 'and the password too');
    const [entry, ...more] = await entriesAfter(before);
    assert.deepEqual(
      [entry?.kind, entry?.tenant_id, entry?.actor_id, entry?.target_id],
      ['signIn.failed', null, null, null],
    );
    assert.equal(more.length, 0);
    assert.ok(!JSON.stringify(await entriesAfter(0)).includes('katze'));
    assert.ok(!(await databaseContents(portal.database)).includes('and the password too'));
  });

  it('stores nothing for page views, stale forms or invalid input', async () => {
    const zoe = await aUser(portal, tenant);
    const admin = await signedIn(camille);
    const before = await lastId();
    await admin.visit(`${list}/${zoe.id}/reset-password`);
    await admin.send('POST', `${list}/${zoe.id}/reset-password`, { epoch: '7' });
    await admin.send('POST', `${list}/${zoe.id}/reset-password`, { epoch: '0' }, { csrf: null });
    await admin.send('POST', '/my-profile/password', { ...change, newPassword: 'short' });
    assert.deepEqual(await entriesAfter(before), []);
  });
});

describe("activity on a user's page", () => {
  for (const language of languages) {
    it(`lists events in words, newest first, with the actor (${language})`, async () => {
      const { t } = translator(language);
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
      await password(await onPasswordPage(zoe.username), 'wrong');
      const own = await signedIn(zoe);
      await own.send('POST', '/my-profile/password', {
        currentPassword: 'wrong',
        newPassword: chosen,
        confirmPassword: chosen,
      });
      await own.send('POST', '/sign-out');
      const reader = await aUser(portal, tenant, { administratorLevel: 'global', language });
      const admin = await signedIn(camille);
      for (const path of ['/block', '/unblock']) await admin.send('POST', `${list}/${zoe.id}${path}`);
      await admin.visit(`${list}/${zoe.id}/reset-password`);
      await admin.submit('Reset password');
      const person = await (await signedIn(reader)).visit(`${list}/${zoe.id}`);
      const shown = person
        .$('[aria-labelledby=activity] dd')
        .toArray()
        .map((each) => person.$(each).text().trim());
      const expected = [
        'activity:kind.password_reset',
        ...['activity:kind.user_unblocked', 'activity:kind.user_blocked', 'activity:kind.signOut'],
        ...['activity:kind.password_changeRefused', 'activity:kind.signIn_succeeded', 'activity:signInFailed.password'],
      ];
      assert.equal(shown.length, expected.length, shown.join('\n'));
      for (const [index, key] of expected.entries())
        assert.ok(shown[index]!.startsWith(t(key)), `${key}: ${shown[index]}`);
      assert.ok(shown[0]!.includes(t('activity:by', { name: 'Camille Laurent' })));
      assert.ok(!shown[3]!.includes('Zoé Besson'));
    });
  }
});
