import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { languages } from '../locales/catalogue.ts';
import { createScope } from '../../src/domain/scope.ts';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { approvalsPage, aTenantWithApprovals, requestApproval } from '../support/approvals.ts';
import { aMailServer, type ReceivedMail } from '../support/mail-server.ts';
import { editUser } from '../support/edit-user.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as deliveriesStore from '../../src/core/activity/deliveries.store.ts';
import { person } from '../../src/domain/principal.ts';

const list = '/account-settings/user-management';
const server = await aMailServer();
const portal = await openPortal({ environment: { SMTP_URL: server.url, MAIL_FROM: 'Portal <portal@host.example>' } });
const tenant = await aTenant(portal, { language: 'fr', name: 'Ateliers Lumière' });
const camille = await aUser(portal, tenant, {
  displayName: 'Camille Laurent',
  administratorLevel: 'global',
  language: 'en',
});
const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(camille);

/** Performs an action. @returns the emails that are delivered as a result */
async function delivered(act: () => Promise<unknown>): Promise<ReceivedMail[]> {
  const before = server.received.length;
  await act();
  await portal.background.runAll();
  return server.received.slice(before);
}

type Act = (user: TestUser) => Promise<unknown>;
const post =
  (path: string, fields: Readonly<Record<string, string>> = {}): Act =>
  (user) =>
    admin.send('POST', `${list}/${user.id}${path}`, fields);
const edit =
  (fields: Readonly<Record<string, string>>): Act =>
  (user) =>
    editUser(admin, user.id, fields);
const change = {
  currentPassword: goodPassword,
  newPassword: 'seven quiet otters nap',
  confirmPassword: 'seven quiet otters nap',
};
const own =
  (path: string): Act =>
  async (user) =>
    (await aPerson(portal).signIn(user)).send('POST', path, change);
const restored: Act = async (user) => {
  await post('/delete')(user);
  await post('/restore')(user);
};

describe('an email notification to a user', () => {
  const noticeCases: [kind: string, act: Act, overrides?: Partial<TestUser>][] = [
    ['passwordReset', post('/reset-password', { epoch: '0' })],
    ['passwordChanged', own('/my-profile/password')],
    ['passwordChanged', own('/change-password'), { password: 'temporary' }],
    ['levelsChanged', edit({ administratorLevel: 'billing', agentLevel: 'sales' })],
    ['accountUnblocked', post('/unblock'), { state: 'blocked' }],
    ['accountRestored', restored],
  ];
  for (const [kind, act, overrides = {}] of noticeCases) {
    for (const language of [...languages, null]) {
      it(`is sent in ${language ?? "the organization's language"}: ${kind} ${JSON.stringify(overrides)}`, async () => {
        const zoe = await aUser(portal, tenant, { ...overrides, language });
        const [mail, ...more] = await delivered(() => act(zoe));
        assert.ok(mail && more.length === 0);
        const { t } = translator(language ?? 'fr');
        assert.deepEqual(mail.to, [zoe.username]);
        assert.equal(mail.subject, t(`notices:${kind}.subject`));
        for (const part of [mail.text, mail.html]) {
          assert.ok(part.includes(t(`notices:${kind}.text`)), part);
          assert.ok(part.includes(t('notices:unexpected')));
          assert.ok(part.includes('http://localhost:3000/sign-in'));
          assert.ok(part.includes('Ateliers Lumière') && part.includes(zoe.username));
          assert.ok(part.includes(kind === 'passwordChanged' ? t('notices:bySelf') : 'Camille Laurent'));
        }
        assert.match(mail.html, new RegExp(`<html lang="${language ?? 'fr'}" dir="ltr">`));
      });
    }
  }

  it('contains old and new levels, and the expiration of a temporary password', async () => {
    const zoe = await aUser(portal, tenant, { language: 'en' });
    const [levels] = await delivered(() => edit({ administratorLevel: 'userManagement', agentLevel: 'none' })(zoe));
    assert.match(
      levels?.text ?? '',
      /^Administrator level: \u2068User management admin \(previously No admin\)\u2069$/m,
    );
    assert.doesNotMatch(levels?.text ?? '', /Agent level/);
    const [reset] = await delivered(() => post('/reset-password', { epoch: '0' })(zoe));
    assert.match(reset?.text ?? '', /^Date and time: \u2068November 23, 2026 at 9:00 AM/m);
    assert.match(reset?.text ?? '', /^Temporary password expires: \u2068November 26, 2026 at 9:00 AM/m);
  });

  it('names the operator if the operator performed the action', async () => {
    const zoe = await aUser(portal, tenant, { language: 'de' });
    const event = { kind: 'password.reset', expiresAt: portal.clock.now } as const;
    const record = () => activityStore.record(portal.database, tenant.scope, event, zoe.id, portal.clock.now);
    const [mail] = await delivered(record);
    assert.match(mail?.text ?? '', /^Veranlasst durch: \u2068Betreiber des Portals\u2069$/m);
  });

  it('does not name an administrator who has been erased', async () => {
    const zoe = await aUser(portal, tenant, { language: 'en' });
    const scope = createScope({ ...tenant.scope, principal: person({ ...camille, id: randomUUID() }) });
    const record = () =>
      activityStore.record(portal.database, scope, { kind: 'user.unblocked' }, zoe.id, portal.clock.now);
    const [mail] = await delivered(record);
    assert.match(mail?.text ?? '', /^Performed by: \u2068An administrator in your organization\u2069$/m);
  });

  it('says who requested, approved or declined an action that has not been performed', async () => {
    const { requester, other, as } = await aTenantWithApprovals(portal);
    const [asking, deciding] = [await as(requester), await as(other)];
    const answers = { exportLog: ['Approve', 'Approved by'], exportUsers: ['Decline', 'Declined by'] } as const;
    for (const [act, [button, label]] of Object.entries(answers)) {
      await asking.visit(`${approvalsPage}/new?act=${act}`);
      const [requested] = await delivered(() => requestApproval(asking));
      assert.match(requested?.text ?? '', /^Requested by: \u2068Camille Laurent\u2069$/m);
      const [decided] = await delivered(async () => (await deciding.visit(asking.path)).submit(button));
      assert.match(decided?.text ?? '', new RegExp(`^${label}: \u2068Noah Klein\u2069$`, 'm'));
      assert.doesNotMatch(`${requested?.text} ${decided?.text}`, /Performed by/);
    }
  });

  const silentCases: [what: string, act: Act, overrides?: Partial<TestUser>][] = [
    ['an edited name', edit({ displayName: 'Zoë Besson' })],
    ['blocking', post('/block')],
    ['deletion', post('/delete')],
    ['ended sessions', post('/end-sessions')],
    ['a form that changed nothing', edit({})],
    ['a rejected stale form', post('/reset-password', { epoch: '9' })],
    ['sign-in', (user) => aPerson(portal).signIn(user)],
    [
      'a reset if the account was deleted before delivery',
      async (user) => {
        await post('/reset-password', { epoch: '0' })(user);
        await post('/delete')(user);
      },
    ],
  ];
  for (const [what, act, overrides = {}] of silentCases) {
    it(`is not sent for ${what}`, async () => {
      const zoe = await aUser(portal, tenant, overrides);
      assert.deepEqual(await delivered(() => act(zoe)), []);
      assert.deepEqual(await portal.database.knex('deliveries').select(), []);
    });
  }

  it('is not sent if the transaction is rolled back', async () => {
    const zoe = await aUser(portal, tenant);
    const rolledBack = portal.database.transaction(async (tx) => {
      await activityStore.record(tx, tenant.scope, { kind: 'user.unblocked' }, zoe.id, portal.clock.now);
      assert.equal((await deliveriesStore.listOf(tx, tenant.scope, 'notices', zoe.id)).length, 1);
      throw new Error('rolled back');
    });
    assert.deepEqual(await delivered(() => rolledBack.catch(() => {})), []);
  });
});
