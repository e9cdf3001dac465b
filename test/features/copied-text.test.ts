import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setupTokenDigest, issueSetupToken } from '../../src/core/accounts/tenants/setup-token.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { copies } from '../support/copies.ts';
import { aTenantWithHandover, english, resetByLink } from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser, totpCode } from '../support/second-factor.ts';

// test/domain covers all invisible characters and all kinds of punctuation. These tests use a few of them.
const some = <T>(all: readonly T[], every: number): T[] => all.filter((_, index) => index % every === 0);

describe('text that was copied with invisible characters and punctuation', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en', domain: 'company.example' });
  const obrien = await aUser(portal, tenant, { displayName: 'Ann O’Brien', username: "o'brien@company.example" });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });

  const usernames = [
    ...some(copies(obrien.username).invisible, 3),
    ['with a typographic apostrophe', 'o’brien@company.example'],
    ['as it appeared in emails', `\u2068${obrien.username}\u2069`],
  ] as const;
  for (const [label, username] of usernames) {
    it(`is accepted at sign-in: a user name ${label}`, async () => {
      const person = await aPerson(portal, english).signIn({ ...obrien, username });
      assert.equal(person.path, paths.dashboard, person.text);
    });
  }

  it('is accepted at sign-in: a temporary password', async () => {
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const { clearPassword } = user;
    const typed = [...some(copies(clearPassword).all, 9), ['', clearPassword.replaceAll('-', '\u2212')] as const];
    for (const [label, copy] of typed) {
      const person = await aPerson(portal, english).signIn({ ...user, clearPassword: copy });
      assert.equal(person.path, paths.changePassword, label);
    }
  });

  it('is accepted at sign-in: an authenticator code and a recovery code', async () => {
    const { user, seed, recoveryCodes } = await aSecondFactorUser(portal, await aUser(portal, tenant));
    for (const code of [totpCode(portal, seed), recoveryCodes[0] ?? '']) {
      const person = await aPerson(portal, english).signIn(user);
      await person.submit('Sign in', { Code: `\u2068${code}\u2069\u00AD.` });
      assert.equal(person.path, paths.dashboard, person.text);
      portal.clock.now += 60_000;
    }
  });

  it('is accepted in the URL of a one-time link', async () => {
    const { tenant: own, admin } = await aTenantWithHandover(portal, 'link');
    const link = await resetByLink(admin, await aUser(portal, own));
    const prefix = '/link/';
    const token = link.slice(prefix.length);
    for (const [label, copy] of some(copies(token).all, 3)) {
      const person = await aPerson(portal, english).visit(`${prefix}${encodeURIComponent(copy)}`);
      assert.equal(person.status, 200, label);
      assert.equal(person.$('main form').length, 1, label);
    }
    const person = await aPerson(portal, english).visit(`${link}.`);
    await person.submit('Use this link');
    assert.equal(person.path, paths.changePassword);
  });

  it('is accepted in the URL of the set-up link', async () => {
    const empty = await openPortal();
    const token = String(await issueSetupToken(empty.database));
    for (const [label, copy] of copies(token).all) {
      assert.equal(setupTokenDigest(copy), setupTokenDigest(token), label);
    }
    const person = await aPerson(empty, english).visit(`/set-up/${token}${encodeURIComponent('\u200B).')}`);
    assert.equal(person.status, 200);
    const other = await aPerson(empty, english).visit(`/set-up/${token}x`);
    assert.equal(other.status, 404);
  });

  it('is accepted as a search for users', async () => {
    const admin = await aPerson(portal, english).signIn(camille);
    for (const q of ['Lau\u00ADrent', '\u2068camille\u2069', '\u200BLaurent\u3164', 'lau\u200Crent']) {
      await admin.visit(`${paths.users}?${new URLSearchParams({ q }).toString()}`);
      assert.equal(admin.$('tbody tr').length, 1, JSON.stringify(q));
    }
  });

  it('is accepted as the user name of a new user', async () => {
    const admin = await aPerson(portal, english).signIn(camille);
    await admin.visit(paths.newUser);
    await admin.submit('Add user', {
      'First name': 'Zo\u200Bé\u2069',
      'Last name': 'O\u00ADMalley\u200D',
      'User name': '\u2068zoe.o’malley@company.example\u2069',
    });
    assert.equal(admin.status, 200, admin.text);
    admin.sees("zoe.o'malley@company.example");
    const row = (await portal.database
      .knex('users')
      .where({ username: "zoe.o'malley@company.example" })
      .first()) as Record<string, unknown>;
    assert.deepEqual([row.first_name, row.last_name, row.display_name], ['Zoé', 'OMalley', 'Zoé OMalley']);
  });

  for (const name of ['\u3164', '\u2800', '\u00AD\u200D', '\u115F\uFFA0', '\u{E007F}', '\u034F', '—', '.']) {
    it(`is rejected as a name without a letter or digit: ${JSON.stringify(encodeURIComponent(name))}`, async () => {
      const admin = await aPerson(portal, english).signIn(camille);
      await admin.visit(paths.newUser);
      await admin.submit('Add user', { 'First name': name, 'User name': 'nobody@company.example' });
      assert.equal(admin.status, 422);
      admin.sees('Enter a name');
    });
  }
});
