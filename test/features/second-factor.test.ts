import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths, fillPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import {
  aSecondFactorUser,
  totpCode,
  english,
  confirmationFields,
  recoveryCodesOn,
  seedOn,
  signInByCode,
} from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as deliveriesStore from '../../src/core/activity/deliveries.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`a second factor, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const tenant = await aTenant(portal, { language: 'en' });
    const admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });

    it('is set up with a QR code or key and a first code, and is required from then on', async () => {
      const zoe = await aUser(portal, tenant);
      const other = await aPerson(portal, english).signIn(zoe);
      const person = await aPerson(portal, english).signIn(zoe);
      await person.visit(paths.ownSecurity);
      await person.follow('Set up authenticator app');
      assert.match(person.$('svg.qr').attr('aria-label') ?? '', /QR code/);
      const seed = seedOn(person);
      assert.match(seed, /^[A-Z2-7]{32}$/);
      await person.visit(paths.ownSecondFactor);
      assert.equal(seedOn(person), seed, 'the seed is the same after a reload');
      await person.submit('Finish setup', { Code: '000000' });
      assert.equal(person.status, 422);
      person.sees('The code is incorrect. Check that you scanned this QR code');
      assert.equal(seedOn(person), seed, 'the seed is the same after a wrong code');
      await person.submit('Finish setup', { Code: totpCode(portal, seed) });
      assert.equal(recoveryCodesOn(person).length, 10);
      for (const code of recoveryCodesOn(person)) assert.match(code, /^([A-HJ-NP-Z2-9]{4}-){5}[A-HJ-NP-Z2-9]{4}$/);
      await person.visit(paths.ownSecurity);
      person.sees('Authenticator app set up on').sees('You have 10 recovery codes left.');
      assert.equal((await other.visit(paths.dashboard)).path, paths.signIn, 'all other sessions end');

      portal.clock.now += 60_000;
      const next = await aPerson(portal, english).visit(paths.myProfile);
      await next.signIn(zoe);
      assert.equal(next.path, paths.signInCode);
      const before = next.cookies();
      await next.submit('Sign in', { Code: totpCode(portal, seed) });
      assert.equal(next.path, paths.myProfile, 'the requested page');
      assert.notEqual(next.cookies(), before, 'the session has a new ID');
    });

    it('redirects to the originally requested page after the code', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const person = await aPerson(portal, english).visit(paths.ownSessions);
      assert.equal(person.path, paths.signIn);
      await person.submit('Next', { 'User name': owner.user.username });
      await person.submit('Sign in', { Password: goodPassword });
      assert.equal(person.path, paths.signInCode);
      await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
      assert.equal(person.path, paths.ownSessions);
    });

    it('is recorded in the activity log, and the last sign-in is updated only after the code', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const kinds = async (): Promise<string[]> =>
        (await activityStore.latestOfUser(portal.database, tenant.scope, owner.user.id)).map(({ event }) => event.kind);
      const lastSignIn = async (): Promise<number | null> =>
        (await usersStore.find(portal.database, tenant.scope, owner.user.id))?.lastSignInAt ?? null;
      const before = await lastSignIn();
      const person = await aPerson(portal, english).signIn(owner.user);
      assert.equal((await kinds())[0], 'signIn.codeAsked');
      assert.equal(await lastSignIn(), before);
      await person.submit('Sign in', { Code: '123' });
      assert.equal((await kinds())[0], 'signIn.failed');
      await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
      assert.equal((await kinds())[0], 'signIn.succeeded');
      assert.equal(await lastSignIn(), portal.clock.now);
    });

    it('can be replaced by a recovery code, which works once; the page shows how many codes are left', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const [code = '', other = ''] = owner.recoveryCodes;
      const person = await aPerson(portal, english).signIn(owner.user);
      await person.submit('Use recovery code', {
        'Recovery code': ` ${code.toLowerCase().replaceAll('-', ' ')}`,
      });
      assert.equal(person.path, paths.dashboard);
      (await person.visit(paths.ownSecurity)).sees('You have 9 recovery codes left.').sees('Recovery code used');
      const again = await aPerson(portal, english).signIn(owner.user);
      await again.submit('Use recovery code', { 'Recovery code': code });
      again.sees('The recovery code is incorrect or was already used');
      await again.submit('Sign in', { Code: other });
      assert.equal(again.path, paths.dashboard, 'the code field accepts both');
    });

    it('requires password and code for new recovery codes and for removal', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const { person } = owner;
      await person.visit(paths.ownRecoveryCodes);
      await person.submit('Generate new codes', confirmationFields(totpCode(portal, owner.seed), 'wrong'));
      person.sees('The current password is incorrect');
      await person.submit('Generate new codes', confirmationFields('000000'));
      person.sees('The code is incorrect');
      await person.submit('Generate new codes', confirmationFields(totpCode(portal, owner.seed)));
      const codes = recoveryCodesOn(person);
      assert.equal(new Set([...codes, ...owner.recoveryCodes]).size, 20);
      await person.visit(paths.removeOwnSecondFactor);
      await person.submit('Remove authenticator app', confirmationFields(owner.recoveryCodes[0] ?? ''));
      person.sees('The code is incorrect');
      await person.submit('Remove authenticator app', confirmationFields(codes[0] ?? ''));
      person.sees('Your authenticator app was removed');
      const next = await aPerson(portal, english).signIn(owner.user);
      assert.equal(next.path, paths.dashboard);
    });

    it('can be removed by an administrator, with a notice to the user', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant, { displayName: 'Zoé Besson' }));
      const camille = await aPerson(portal, english).signIn(admin);
      await camille.visit(userPath(owner.user.id));
      camille.sees('Set up on');
      await camille.follow('Remove authenticator app');
      await camille.submit('Remove authenticator app');
      camille.sees('Zoé Besson’s authenticator app was removed').sees('Two-step verification isn’t set up');
      assert.equal((await owner.person.visit(paths.dashboard)).path, paths.signIn);
      const notices = await deliveriesStore.listOf(portal.database, tenant.scope, 'notices', owner.user.id);
      assert.deepEqual(
        notices.map(({ message }) => message.kind),
        ['secondFactorSetUp', 'secondFactorRemoved'],
      );
      // A repeated request changes nothing and sends no notice.
      const again = await camille.send('POST', fillPath(paths.removeSecondFactor, { userId: owner.user.id }));
      assert.match(again.text, /hasn’t set up two-step verification/);
      assert.equal(again.status, 200);
      (await camille.visit(userPath(owner.user.id))).doesNotSee('was removed');
      assert.equal((await deliveriesStore.listOf(portal.database, tenant.scope, 'notices', owner.user.id)).length, 2);
    });

    it('remains after a password reset, and the code is required before the forced change', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      const camille = await aPerson(portal, english).signIn(admin);
      await camille.visit(fillPath(paths.resetPassword, { userId: owner.user.id }));
      await camille.submit('Reset password');
      const clearPassword = camille.$('#temporary-password').text();
      const person = await aPerson(portal, english).signIn({ username: owner.user.username, clearPassword });
      assert.equal(person.path, paths.signInCode);
      assert.equal((await person.visit(paths.changePassword)).path, paths.signInCode);
      await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
      assert.equal(person.path, paths.changePassword);
    });

    it('remains when its user is deleted and restored', async () => {
      const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
      await usersStore.setState(portal.database, tenant.scope, owner.user.id, 'deleted', portal.clock.now);
      await usersStore.restore(portal.database, tenant.scope, owner.user.id);
      const person = await signInByCode(portal, owner);
      assert.equal(person.path, paths.dashboard);
    });
  });
}
