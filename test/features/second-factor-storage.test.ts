import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { paths, fillPath, userPath } from '../../src/site/http/paths.ts';
import { createVault } from '../../src/platform/keys/vault.ts';
import { run } from '../cli/command.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode, english, signInByCode } from '../support/second-factor.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as erasureStore from '../../src/core/personal-data/erasure.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-factor-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const DATABASE_URL = `sqlite:${path.join(folder, 'parvis.sqlite')}`;
const [old, recent] = ['o'.repeat(32), 'n'.repeat(32)];
const portalWith = (SECOND_FACTOR_KEYS: string) => openPortal({ environment: { DATABASE_URL, SECOND_FACTOR_KEYS } });

describe('the stored data of a second factor', async () => {
  const portal = await portalWith(old);
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const owner = await aSecondFactorUser(portal, zoe);

  it('is encrypted in database files and occurs in no log, activity log or later page', async () => {
    const person = await signInByCode(portal, owner);
    for (const address of [paths.ownSecurity, paths.ownData, paths.ownDataFile, paths.dashboard])
      await person.visit(address);
    // Read the files in another process: closing a file in this process would release SQLite's locks.
    const files = readdirSync(folder).map((file) => path.join(folder, file));
    const kept = execFileSync('cat', files, { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
    assert.ok(kept.includes(zoe.username));
    const secrets = [owner.seed, owner.seed.toLowerCase(), ...owner.recoveryCodes, 'otpauth:'];
    for (const secret of secrets) {
      for (const text of [kept, portal.logged(), ...person.bodies]) assert.ok(!text.includes(secret), secret);
    }
    // The secrets do occur once, in the setup response, so the search above is meaningful.
    assert.equal(owner.person.bodies.filter((body) => body.includes(owner.recoveryCodes[0] ?? 'x')).length, 1);
  });

  it('is shown to its user only as the time of setup', async () => {
    const person = await signInByCode(portal, owner);
    (await person.visit(paths.ownData)).sees(/Two-step verification\s*Set up on November 23, 2026/);
    const file = await person.send('GET', paths.ownDataFile);
    const { account } = JSON.parse(file.text) as { account: { secondFactor: object } };
    assert.deepEqual(Object.keys(account.secondFactor), ['setUpAt']);
    assert.doesNotMatch(file.text, /seed|digest/i);
  });

  it('can be decrypted after key rotation and is re-encrypted with the new key', async () => {
    const both = await portalWith(`${recent},${old}`);
    both.clock.now = portal.clock.now;
    assert.equal((await signInByCode(both, owner)).path, paths.dashboard);
    await both.background.runAll();
    const alone = await portalWith(recent);
    alone.clock.now = both.clock.now;
    assert.equal((await signInByCode(alone, owner)).path, paths.dashboard);
    portal.clock.now = alone.clock.now;
  });

  it('causes an error and counts no attempt if the key is missing, while recovery codes still work', async () => {
    const lost = await portalWith('x'.repeat(32));
    lost.clock.now = portal.clock.now;
    for (let each = 0; each < 7; each++) {
      const person = await aPerson(lost, english).signIn(zoe);
      await person.submit('Sign in', { Code: totpCode(lost, owner.seed) });
      assert.equal(person.status, 503);
      person.sees('We can’t check authenticator codes right now');
    }
    await lost.background.runAll();
    assert.match(lost.logged(), /cannot be decrypted with any key in SECOND_FACTOR_KEYS/);
    const person = await aPerson(lost, english).signIn(zoe);
    await person.submit('Use recovery code', { 'Recovery code': owner.recoveryCodes[0] ?? '' });
    assert.equal(person.path, paths.dashboard);
    const environment = { DATA_DIR: folder, DATABASE_URL, SESSION_SECRETS: 's'.repeat(32) };
    const named = await run(['check', '--json'], { ...environment, SECOND_FACTOR_KEYS: 'x'.repeat(32) });
    assert.deepEqual((JSON.parse(named.stdout) as { faults: string[] }).faults, [
      'SECOND_FACTOR_KEYS: 1 second factors cannot be decrypted with these keys; add the previous key after the current one',
    ]);
    assert.equal((await run(['check'], { ...environment, SECOND_FACTOR_KEYS: recent })).code, 0);
  });

  it("cannot be copied to another user's row", async () => {
    const alone = await portalWith(recent);
    alone.clock.now = portal.clock.now;
    const other = await aSecondFactorUser(alone, await aUser(alone, tenant));
    const { knex } = alone.database;
    const totpOf = ({ id }: { id: string }) => knex('credentials').where({ user_id: id, kind: 'totp' });
    const { secret } = await totpOf(zoe).first<{ secret: string }>('secret');
    await totpOf(other.user).update({ secret });
    const person = await aPerson(alone, english).signIn(other.user);
    await person.submit('Sign in', { Code: totpCode(alone, owner.seed) });
    assert.equal(person.status, 503);
    assert.equal(createVault([recent]).open({ text: secret, keyId: 'x' }, ''), null);
  });

  it("can be removed once by the operator's command, which records the removal in the activity log", async () => {
    const environment = { DATA_DIR: folder, DATABASE_URL, SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: recent };
    const args = ['user', 'remove-second-factor', zoe.username.toUpperCase(), '--yes'];
    const { code, stdout } = await run([...args, '--json'], environment);
    assert.deepEqual([code, JSON.parse(stdout)], [0, { userId: zoe.id, username: zoe.username }]);
    const again = await run(args, environment);
    assert.deepEqual([again.code, again.stderr.trim()], [1, `${zoe.username} has no second factor`]);
    const [event] = await activityStore.latestOfUser(portal.database, tenant.scope, zoe.id);
    assert.deepEqual([event?.event.kind, event?.actor], ['secondFactor.removed', null]);
  });

  it('is deleted when its user is erased', async () => {
    const gone = await aSecondFactorUser(portal, await aUser(portal, tenant));
    await usersStore.setState(portal.database, tenant.scope, gone.user.id, 'deleted', portal.clock.now);
    await portal.database.transaction((tx) => erasureStore.erase(tx, tenant.scope, gone.user, []));
    const { knex } = portal.database;
    assert.deepEqual(await knex('credentials').where({ user_id: gone.user.id }), []);
  });
});

describe("permission to remove another user's second factor", async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const user = (overrides: Partial<TestUser>) => aUser(portal, tenant, overrides);
  const [global, manager, plain] = [
    await aSecondFactorUser(portal, await user({ administratorLevel: 'global' })),
    await aSecondFactorUser(portal, await user({ administratorLevel: 'userManagement' })),
    await aSecondFactorUser(portal, await user({})),
  ];
  const table: [label: string, by: typeof global, of: typeof global, status: number][] = [
    ['a User management admin for a Global admin', manager, global, 403],
    ['a Global admin for their own account', global, global, 403],
    ['a user without a level for another user', plain, manager, 403],
    ['a User management admin for a user', manager, plain, 303],
    ['a Global admin for a User management admin', global, manager, 303],
  ];
  for (const [label, by, of, status] of table) {
    it(`is checked: ${label} gets ${status}`, async () => {
      const person = await signInByCode(portal, by);
      const address = fillPath(paths.removeSecondFactor, { userId: of.user.id });
      assert.equal((await person.send('GET', address)).status, status === 303 ? 200 : 403);
      assert.equal((await person.send('POST', address)).status, status);
      const at = (await usersStore.find(portal.database, tenant.scope, of.user.id))?.secondFactorAt ?? null;
      assert.equal(at === null, status === 303);
    });
  }

  it('is refused in a region where users are managed elsewhere', async () => {
    const rules = path.join(import.meta.dirname, '../../rules/germany-historical.json');
    const germany = await openPortal({ environment: { REGION: 'germany', REGION_RULES: rules } });
    const there = await aTenant(germany, { language: 'en' });
    const admin = await aUser(germany, there, { administratorLevel: 'global' });
    const person = await aPerson(germany, english).signIn(admin);
    const answer = await person.send('POST', fillPath(paths.removeSecondFactor, { userId: admin.id }));
    assert.equal(answer.status, 403);
    assert.equal((await person.send('GET', userPath(admin.id))).status, 200);
  });
});
