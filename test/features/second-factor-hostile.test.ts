import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths, fillPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode, english, signInByCode, type SecondFactorUser } from '../support/second-factor.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

describe('a second factor code', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const other = await aSecondFactorUser(portal, await aUser(portal, tenant));

  const hostile: [label: string, code: (owner: SecondFactorUser) => string][] = [
    ["from another user's app", () => totpCode(portal, other.seed)],
    ['a recovery code of another user', () => other.recoveryCodes[0] ?? ''],
    ['two time steps old', ({ seed }) => totpCode(portal, seed, -2)],
    ['two time steps early', ({ seed }) => totpCode(portal, seed, 2)],
    ['the code that confirmed the setup', ({ seed }) => totpCode(portal, seed, -2)],
    ['the seed itself', ({ seed }) => seed],
    ['one digit too short', ({ seed }) => totpCode(portal, seed).slice(1)],
    ['one digit too long', ({ seed }) => `${totpCode(portal, seed)}0`],
    ['SQL', () => "' or 1=1 --"],
    ['a wildcard', () => '%'],
    ['markup', () => '<img src=x onerror=alert(1)>'],
    ['an overlong code', () => '1'.repeat(20_000)],
  ];

  it('is rejected with the same message for every kind of invalid code', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const answers = new Set<string>();
    for (const [label, codeFor] of hostile) {
      await portal.database.knex('throttles').delete();
      const person = await aPerson(portal, english).signIn(owner.user);
      await person.submit('Sign in', { Code: codeFor(owner) });
      assert.deepEqual([person.status, person.path], [422, paths.signInCode], label);
      assert.equal((await person.visit(paths.dashboard)).path, paths.signInCode, label);
      await person.submit('Sign in', { Code: codeFor(owner) });
      answers.add(person.text);
    }
    assert.equal(answers.size, 1);
    const person = await aPerson(portal, english).signIn(owner.user);
    await portal.database.knex('throttles').delete();
    await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
    assert.equal(person.path, paths.dashboard, 'the correct code is still accepted');
  });

  it('is accepted only once, and codes of earlier steps are not accepted afterwards', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const [before, now] = [totpCode(portal, owner.seed, -1), totpCode(portal, owner.seed)];
    const first = await aPerson(portal, english).signIn(owner.user);
    await first.submit('Sign in', { Code: now });
    assert.equal(first.path, paths.dashboard);
    const second = await aPerson(portal, english).signIn(owner.user);
    for (const code of [now, before]) {
      await second.submit('Sign in', { Code: code });
      assert.equal(second.status, 422);
    }
    await second.submit('Sign in', { Code: totpCode(portal, owner.seed, 1) });
    assert.equal(second.path, paths.dashboard);
  });

  it('is rejected if it is sent as a list or in another field', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const person = await aPerson(portal, english).signIn(owner.user);
    const code = totpCode(portal, owner.seed);
    for (const fields of [
      { 'code[]': code },
      { 'code[0]': code },
      { Code: code },
      { codeGiven: '1', code_given: '1' },
    ]) {
      assert.equal((await person.send('POST', paths.signInCode, fields as never)).status, 422);
    }
    assert.equal((await person.visit(paths.dashboard)).path, paths.signInCode);
  });

  it('is rejected if the user is blocked after entering the password', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const person = await aPerson(portal, english).signIn(owner.user);
    const camille = await aPerson(portal, english).signIn(admin);
    await camille.send('POST', fillPath(paths.blockUser, { userId: owner.user.id }));
    const answer = await person.send('POST', paths.signInCode, { code: totpCode(portal, owner.seed) });
    assert.equal(answer.headers.location, paths.signIn);
  });

  async function wrongTries(person: Person, count: number): Promise<void> {
    for (let each = 0; each < count; each++) await person.submit('Sign in', { Code: '000000' });
  }

  it('is throttled after five failures, even for other addresses and correct codes, but not for recovery codes', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const person = await aPerson(portal, english).signIn(owner.user);
    await wrongTries(person, 5);
    assert.equal(person.status, 422);
    await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
    assert.equal(person.status, 429);
    assert.ok(Number(person.headers['retry-after']) > 0);
    person.sees('Too many attempts');
    const elsewhere = await aPerson(portal, english).signIn(owner.user);
    await elsewhere.submit('Sign in', { Code: totpCode(portal, owner.seed) });
    assert.equal(elsewhere.status, 429);
    const events = await activityStore.latestOfUser(portal.database, tenant.scope, owner.user.id);
    assert.equal(events.filter(({ event }) => event.kind === 'signIn.throttled').length, 1, 'one entry per block');
    elsewhere.sees('You can use a recovery code without waiting.');
    await elsewhere.submit('Use recovery code', { 'Recovery code': owner.recoveryCodes[0] ?? '' });
    assert.equal(elsewhere.path, paths.dashboard);
    portal.clock.now += 15 * 60_000;
    // The throttle uses its own clock, which a test cannot move, so the counter is deleted instead.
    await portal.database.knex('throttles').where('key', 'like', 'code:%').delete();
    assert.equal((await signInByCode(portal, owner)).path, paths.dashboard);
  });

  it('is throttled after 20 failures per day, regardless of their rate', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const person = await aPerson(portal, english).signIn(owner.user);
    for (let quarter = 0; quarter < 4; quarter++) {
      await wrongTries(person, 5);
      assert.equal(person.status, 422);
      await portal.database.knex('throttles').where('key', 'like', 'code:%').delete();
    }
    await person.submit('Sign in', { Code: totpCode(portal, owner.seed) });
    assert.equal(person.status, 429);
    // Removal by an administrator resets the counter, as a password reset does.
    const camille = await aPerson(portal, english).signIn(admin);
    await camille.send('POST', fillPath(paths.removeSecondFactor, { userId: owner.user.id }));
    const again = await aSecondFactorUser(portal, owner.user);
    assert.equal((await signInByCode(portal, again)).path, paths.dashboard);
  });

  it('is not accepted if the throttle is unavailable', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const person = await aPerson(portal, english).signIn(owner.user);
    const { knex } = portal.database;
    await knex.schema.renameTable('throttles', 'throttles_away');
    const answer = await person.send('POST', paths.signInCode, { code: totpCode(portal, owner.seed) });
    await knex.schema.renameTable('throttles_away', 'throttles');
    assert.ok([500, 503].includes(answer.status), String(answer.status));
    assert.equal((await person.visit(paths.dashboard)).path, paths.signInCode);
  });
});
