import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createScope } from '../../src/domain/scope.ts';
import { assembleSecondFactor } from '../../src/core/accounts/second-factor/assemble.ts';
import { createKnownDevices } from '../../src/core/accounts/sessions/known-devices.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { paths, fillPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { anInterruptedHasher } from '../support/interrupted-hasher.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import {
  aSecondFactorUser,
  totpCode,
  english,
  confirmationFields,
  type SecondFactorUser,
} from '../support/second-factor.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { person } from '../../src/domain/principal.ts';

describe('a user who manages their second factor', async () => {
  const { hasher, duringNextVerify, assertVerified } = anInterruptedHasher();
  const portal = await openPortal({ hasher });
  const { database } = portal;
  const { knex } = portal.database;
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { administratorLevel: 'global' });
  const admin = await aPerson(portal, english).signIn(camille);
  const kept = async ({ user }: SecondFactorUser): Promise<unknown> => [
    await knex('credentials').where({ user_id: user.id }).whereNot({ kind: 'password' }).orderBy('id').select('secret'),
  ];

  for (const [what, path, button] of [
    ['removal of the second factor', paths.removeOwnSecondFactor, 'Remove authenticator app'],
    ['new recovery codes', paths.ownRecoveryCodes, 'Generate new codes'],
  ] as const) {
    for (const [label, work] of [
      ['their password is reset', 'reset'],
      ['they change their password in another session', 'change'],
      ['their session ends', 'end'],
      ['they are blocked', 'block'],
    ] as const) {
      it(`gets a conflict instead of ${what} if, during the password check, ${label}`, async () => {
        const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
        const { id } = owner.user;
        const own = { kind: 'own', hash: 'x', at: portal.clock.now } as const;
        const before = await kept(owner);
        await owner.person.visit(path);
        duringNextVerify(async () => {
          if (work === 'reset') await admin.send('POST', fillPath(paths.resetPassword, { userId: id }), { epoch: '0' });
          if (work === 'change') await credentialsStore.replace(database, tenant.scope, id, 0, own);
          if (work === 'end') await sessionsStore.endAllOfUser(database, tenant.scope, id, null);
          if (work === 'block') await usersStore.setState(database, tenant.scope, id, 'blocked', portal.clock.now);
        });
        await owner.person.submit(button, confirmationFields(owner.recoveryCodes[0] ?? ''));
        assertVerified();
        assert.equal(owner.person.status, 409);
        owner.person.sees('Your session or permissions have changed');
        assert.deepEqual(await kept(owner), before);
        const after = await usersStore.find(database, tenant.scope, id);
        assert.equal(after?.epoch, work === 'end' ? 0 : 1, 'the epoch only increases');
      });
    }
  }

  it('stays signed in after removing the second factor', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    await owner.person.visit(paths.removeOwnSecondFactor);
    await owner.person.submit('Remove authenticator app', confirmationFields(owner.recoveryCodes[0] ?? ''));
    assert.equal((await owner.person.visit(paths.dashboard)).path, paths.dashboard);
  });

  it('does not use up an attempt if the code cannot be checked', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    await knex('credentials').where({ user_id: owner.user.id, kind: 'totp' }).update({ key_id: 'gone' });
    for (let each = 0; each < 7; each++) {
      const fields = { currentPassword: goodPassword, code: totpCode(portal, owner.seed) };
      assert.equal((await owner.person.send('POST', paths.removeOwnSecondFactor, fields)).status, 503, String(each));
    }
  });

  it('gets new recovery codes even if the counter of failed attempts cannot be reset', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const throttle = createThrottle(portal.database, portal.config.rules, () => Date.now());
    const codes = { ...throttle.codes, reset: () => Promise.reject(new Error('no database')) };
    const lines: string[] = [];
    const { secondFactor } = assembleSecondFactor({
      ...{ database, hasher, keys: portal.config.secondFactorKeys, clock: () => portal.clock.now },
      throttle: { ...throttle, codes },
      devices: createKnownDevices(['secret']),
      log: pino({}, { write: (line: string) => void lines.push(line) }),
    });
    const { id } = (await knex('user_sessions').where({ user_id: owner.user.id }).first()) as { id: string };
    const session = await sessionsStore.findLiveAcrossTenants(database, id);
    assert.ok(session);
    const scope = createScope({ ...tenant.scope, principal: person(owner.user) });
    const typed = { currentPassword: goodPassword, code: owner.recoveryCodes[0] ?? '' };
    const result = await secondFactor.regenerateCodes({ scope, session }, typed);
    assert.equal(result.outcome, 'done');
    assert.match(lines.join(''), /The counter of failed attempts was not reset/);
  });
});
