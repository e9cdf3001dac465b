import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { createScope } from '../../src/domain/scope.ts';
import { createCodeAcceptor } from '../../src/core/accounts/second-factor/codes.ts';
import { createCodeSubmission } from '../../src/core/accounts/second-factor/submit-code.ts';
import { createVault } from '../../src/platform/keys/vault.ts';
import { createKnownDevices } from '../../src/core/accounts/sessions/known-devices.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { aSecondFactorUser, totpCode } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import { person } from '../../src/domain/principal.ts';

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of new Set(cleanups)) await close();
});

/** The second factor step of one process with its own database connection. */
function aNode({ config, clock }: Portal) {
  const database = openSubscribedDatabase(config.database);
  const vault = createVault(config.secondFactorKeys);
  const accept = createCodeAcceptor({ vault, clock: () => clock.now });
  const throttle = createThrottle(database, config.rules, () => Date.now());
  const log = pino({ level: 'silent' });
  const devices = createKnownDevices(['secret']);
  const step = createCodeSubmission({ database, accept, throttle, devices, clock: () => clock.now, log });
  const openSession = async (user: TestUser) => {
    const id = randomUUID();
    await sessionsStore.open(database, {
      id,
      userId: user.id,
      address: null,
      device: '',
      method: 'pwd',
      at: clock.now,
      codePending: true,
    });
    const session = await sessionsStore.findLiveAcrossTenants(database, id);
    assert.ok(session);
    return session;
  };
  return { step, openSession, close: () => database.close() };
}

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`concurrent codes in two processes, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const tenant = await aTenant(portal, { language: 'en' });

    for (const kind of ['app', 'recovery'] as const) {
      it(`open only one session per code (${kind}, repeated ${rounds} times)`, async () => {
        const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
        const first = aNode(portal);
        // SQLite supports only one process, so both requests run in this one.
        const nodes = [first, dialect === 'SQLite' ? first : aNode(portal)];
        cleanups.push(...nodes.map(({ close }) => close));
        const scope = createScope({ ...tenant.scope, principal: person(owner.user) });
        for (let round = 0; round < (kind === 'app' ? rounds : owner.recoveryCodes.length); round++) {
          const code = kind === 'app' ? totpCode(portal, owner.seed) : (owner.recoveryCodes[round] ?? '');
          const results = await Promise.all(
            nodes.map(async ({ step, openSession }) =>
              step(scope, await openSession(owner.user), { typed: code, deviceToken: null }),
            ),
          );
          const outcomes = results.map(({ outcome }) => outcome).sort();
          assert.deepEqual(outcomes, ['accepted', 'refused'], `round ${round}`);
          const opened = (await portal.database
            .knex('user_sessions')
            .where({ user_id: owner.user.id })
            .whereLike('amr', '%mfa')) as object[];
          // One session from the setup and one per round.
          assert.equal(opened.length, round + 2);
          portal.clock.now += 30_000;
          await portal.database.knex('throttles').delete();
        }
      });
    }
  });
}
