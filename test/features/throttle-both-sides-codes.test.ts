import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { openAttackedPortal, statuses, wrong, wrongRecoveryCode } from '../support/attacked-portal.ts';
import { aUser, goodPassword } from '../support/builders.ts';
import type { Person } from '../support/person.ts';
import { aSecondFactorUser, confirmationFields, totpCode } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `limits of codes and of open sessions on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const { portal, tenant, signedIn, attackName, submitCodes } = await openAttackedPortal(server?.url);

      /** Covers the limits listed in decision 0082, which stop an attacker while the owner can still sign in. */
      const cases: Readonly<Record<string, () => Promise<void>>> = {
        'after an attack on codes, the owner signs in from a known browser or with a recovery code': async () => {
          const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
          const thief = await signedIn(owner.user);
          assert.deepEqual(await submitCodes(thief, { code: '000000' }, 5), statuses(3, 2));
          const again = await signedIn(owner.user);
          assert.deepEqual(await submitCodes(again, { code: totpCode(portal, owner.seed) }, 1), statuses(0, 1));
          await owner.person.visit(paths.dashboard);
          await owner.person.submit('Sign out');
          await owner.person.signIn(owner.user);
          await owner.person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
          assert.equal(owner.person.path, paths.dashboard, owner.person.text);
          assert.deepEqual(
            await submitCodes(thief, { code: '000000' }, 1),
            statuses(0, 1),
            'that does not help the thief',
          );
          const elsewhere = await signedIn(owner.user);
          await elsewhere.submit('Use recovery code', { 'Recovery code': owner.recoveryCodes[0] ?? '' });
          assert.equal(elsewhere.path, paths.dashboard, elsewhere.text);
        },
        'each session has its own limit for recovery codes': async () => {
          const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
          const thief = await signedIn(owner.user);
          assert.deepEqual(await submitCodes(thief, { recoveryCode: wrongRecoveryCode }, 22), statuses(20, 2));
          const person = await signedIn(owner.user);
          await person.submit('Use recovery code', { 'Recovery code': owner.recoveryCodes[0] ?? '' });
          assert.equal(person.path, paths.dashboard, person.text);
        },
        'a browser becomes known only after the second factor code is accepted': async () => {
          const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
          const thief = await signedIn(owner.user);
          assert.doesNotMatch(thief.cookies(), /-device=/);
          assert.deepEqual(await submitCodes(thief, { code: '000000' }, 4), statuses(3, 1));
          assert.match(owner.person.cookies(), /-device=/);
        },
        'the current password is accepted in an open session despite failures elsewhere': async () => {
          const zoe = await aUser(portal, tenant);
          const [person, hijacked] = [await signedIn(zoe), await signedIn(zoe)];
          assert.deepEqual(await attackName(zoe), statuses(6, 4));
          const change = (of: Person, currentPassword: string) =>
            of.send('POST', paths.ownPassword, {
              currentPassword,
              newPassword: 'seven quiet otters nap',
              confirmPassword: '',
            });
          for (const expected of statuses(3, 2)) assert.equal((await change(hijacked, wrong)).status, expected);
          assert.match((await change(person, goodPassword)).text, /The passwords don’t match/);
        },
        'codes are accepted in an open session despite failures at sign-in': async () => {
          const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
          assert.deepEqual(await submitCodes(await signedIn(owner.user), { code: '000000' }, 5), statuses(3, 2));
          await owner.person.visit(paths.removeOwnSecondFactor);
          await owner.person.submit('Remove authenticator app', confirmationFields(totpCode(portal, owner.seed)));
          assert.equal(owner.person.path, paths.ownSecurity, owner.person.text);
        },
      };

      for (const [name, check] of Object.entries(cases)) it(name, check);
    },
  );
}
