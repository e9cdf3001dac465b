import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { may } from '../../src/domain/policy.ts';
import { createScope } from '../../src/domain/scope.ts';
import {
  aTenantWithApprovals,
  approvalsPage,
  requestApproval,
  hourMs,
  usersPage,
  storedUser,
  type ApprovalTenant,
} from '../support/approvals.ts';
import { uploadForCheck, csvOf } from '../support/imports.ts';
import { header } from '../support/import-row-cases.ts';
import type { Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { dialectsOfRun } from '../support/dialects.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

const thirtyDaysMs = 30 * 24 * hourMs;

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`password protection after a Global admin has lost the level, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal(databaseUrl ? { databaseUrl } : {});

    const requester = async ({ as, requester: user }: ApprovalTenant): Promise<Person> => as(user);
    const pageOf = ({ third }: ApprovalTenant): string => `${usersPage}/${third.id}`;
    const guarded = () => aTenantWithApprovals(portal, { resetGlobalAdmin: 'two' });

    const byForm = async (fixture: ApprovalTenant): Promise<void> => {
      const person = await requester(fixture);
      await person.visit(pageOf(fixture)).then(() => person.submit('Save', { 'Administrator level': 'none' }));
    };
    const byImport = async (fixture: ApprovalTenant): Promise<void> => {
      const row = [fixture.third.username, 'Inès', 'Haddad', 'Inès Haddad', 'No admin', 'No agent', ''];
      const person = await uploadForCheck(await requester(fixture), csvOf(header, row));
      await person.submit('Import 1 row');
      await portal.background.runAll();
    };

    const resets: [how: string, reset: (fixture: ApprovalTenant, person: Person) => Promise<unknown>][] = [
      [
        'a password reset',
        (fixture, person) => person.send('post', `${pageOf(fixture)}/reset-password`, { epoch: '0' }),
      ],
      [
        'a bulk password reset',
        ({ third }, person) => person.send('post', `${usersPage}/bulk/reset-password`, { target: `${third.id}.0` }),
      ],
      [
        'the removal of the second factor',
        async (fixture, person) => person.send('post', `${pageOf(fixture)}/remove-second-factor`),
      ],
    ];

    for (const [path, lower] of [
      ['an edit', byForm],
      ['an import', byImport],
    ] as const)
      for (const [how, reset] of resets)
        it(`requires approval for ${how} after ${path} has lowered the level`, async () => {
          const fixture = await guarded();
          await aSecondFactorUser(portal, fixture.third);
          await lower(fixture);
          const before = await storedUser(portal, fixture.third);
          assert.equal(before.administrator_level, 'none');
          const person = await requester(fixture);
          await person.visit(usersPage);
          await reset(fixture, person);
          const { epoch, password_hash: hash, second_factor_at: factor } = await storedUser(portal, fixture.third);
          assert.deepEqual([epoch, hash, factor], [before.epoch, before.password_hash, before.second_factor_at]);
        });

    it('lasts exactly 30 days, to the millisecond', async () => {
      const fixture = await guarded();
      await byForm(fixture);
      const removedAt = portal.clock.now;
      const reset = async () =>
        (await requester(fixture)).send('post', `${pageOf(fixture)}/reset-password`, { epoch: '0' });
      portal.clock.now = removedAt + thirtyDaysMs - 1;
      assert.equal((await reset()).headers.location, `${approvalsPage}/new?act=resetPassword&user=${fixture.third.id}`);
      portal.clock.now = removedAt + thirtyDaysMs;
      assert.equal((await reset()).status, 200);
    });

    it('continues after the user is deleted and restored', async () => {
      const fixture = await guarded();
      await byForm(fixture);
      const person = await requester(fixture);
      await person.visit(usersPage);
      await person.send('post', `${pageOf(fixture)}/delete`);
      await person.send('post', `${pageOf(fixture)}/restore`);
      const { epoch, state } = await storedUser(portal, fixture.third);
      assert.equal(state, 'active', 'restoring does not return the level and needs no approval');
      const answer = await person.send('post', `${pageOf(fixture)}/reset-password`, { epoch: String(epoch) });
      assert.match(String(answer.headers.location), /approvals\/new/);
    });

    it('is explained on every page that requires approval, and in bulk actions that skip the user', async () => {
      const fixture = await guarded();
      await aSecondFactorUser(portal, fixture.third);
      await byForm(fixture);
      const person = await requester(fixture);
      const why = /was a Global admin until \w+ \d+, 202\d\. .*until \w+ \d+, 202\d/;
      await person.visit(pageOf(fixture));
      assert.match(person.$('[aria-labelledby=reset]').text(), why);
      assert.match(person.$('[aria-labelledby=second-factor]').text(), why);
      await person.visit(`${pageOf(fixture)}/reset-password`);
      person.sees(why);
      const address = await requestApproval(person);
      const noah = await fixture.as(fixture.other);
      (await noah.visit(address)).sees(why);
      await person.visit(`${usersPage}/bulk?action=reset&user=${fixture.third.id}&user=${fixture.plain.id}`);
      person.sees('Former Global admin: needs a second administrator');
    });

    it('allows approval by Global admins only, after which the password is reset', async () => {
      const fixture = await guarded();
      await byForm(fixture);
      const person = await requester(fixture);
      await person.visit(`${pageOf(fixture)}/reset-password`);
      person.sees('Noah Klein').doesNotSee('Ada Müller');
      const address = await requestApproval(person);
      const ada = await fixture.as(fixture.manager);
      assert.equal((await ada.visit(address)).status, 404);
      const noah = await fixture.as(fixture.other);
      await noah.visit(address).then(() => noah.submit('Approve'));
      await person.visit(address).then(() => person.submit('Reset password'));
      assert.equal((await storedUser(portal, fixture.third)).password, 'temporary');
    });

    it('keeps User management admins from resetting the password, but not from editing or blocking the user', async () => {
      const fixture = await guarded();
      await byForm(fixture);
      const ada = await fixture.as(fixture.manager);
      await ada.visit(pageOf(fixture));
      ada.sees('This user was recently a Global admin.');
      const answer = await ada.send('post', `${pageOf(fixture)}/reset-password`, { epoch: '0' });
      assert.equal(answer.status, 403);
      await ada.visit(pageOf(fixture)).then(() => ada.submit('Save', { 'First name': 'Ines' }));
      await ada.send('post', `${pageOf(fixture)}/block`);
      const { first_name: name, state } = await storedUser(portal, fixture.third);
      assert.deepEqual([name, state], ['Ines', 'blocked']);
    });

    it('excludes an imported user who was promoted and demoted from the download of temporary passwords', async () => {
      const fixture = await guarded();
      const username = `new@${fixture.tenant.domain}`;
      const person = await uploadForCheck(
        await requester(fixture),
        csvOf(header, [username, 'New', 'One', 'New One', '', '', '']),
      );
      const address = person.path;
      await person.submit('Import 1 row').then(() => portal.background.runAll());
      const { tenant } = fixture;
      const added = (await usersBatchStore.findByUsernames(portal.database, tenant.scope, [username])).get(username)!;
      const at = createScope({ ...tenant.scope, now: portal.clock.now });
      await usersStore.update(portal.database, at, added.id, { ...added, administratorLevel: 'global' });
      await usersStore.update(portal.database, at, added.id, added);
      const before = await storedUser(portal, added);
      await person.send('post', `${address}/passwords`);
      const { epoch, password_hash: hash } = await storedUser(portal, added);
      assert.deepEqual([epoch, hash], [before.epoch, before.password_hash]);
    });

    it("does not apply to the operator's command", async () => {
      const fixture = await guarded();
      await byForm(fixture);
      const operator = createScope({ ...fixture.tenant.scope, now: portal.clock.now });
      assert.equal(may(operator, 'users.resetPassword', fixture.third).allowed, true);
    });

    it('does not apply if the rules require only one administrator', async () => {
      const fixture = await aTenantWithApprovals(portal, { giveGlobalAdmin: 'two' });
      await byForm(fixture);
      const ada = await fixture.as(fixture.manager);
      const answer = await ada
        .visit(usersPage)
        .then(() => ada.send('post', `${pageOf(fixture)}/reset-password`, { epoch: '0' }));
      assert.equal(answer.status, 200);
    });
  });
}
