import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { issueSetupToken } from '../../src/core/accounts/tenants/setup-token.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { databaseContents } from '../support/responses.ts';
import { translator } from '../support/translator.ts';

const english = { 'Accept-Language': 'en' };
const chosen = 'seven quiet otters nap';
const { t } = translator('en');

const fields = {
  ...{ tenantName: 'Ateliers Lumière', domain: 'ateliers.example', language: 'fr', adminName: 'Camille Laurent' },
  ...{ username: 'camille@ateliers.example', newPassword: chosen, confirmPassword: chosen },
};

async function anEmptyPortal(): Promise<{ portal: Portal; address: string }> {
  const portal = await openPortal();
  return { portal, address: `/set-up/${String(await issueSetupToken(portal.database))}` };
}

const visitor = (portal: Portal): Promise<Person> => aPerson(portal, english).visit('/sign-in');
const tenantsOf = (portal: Portal): Promise<unknown[]> => portal.database.knex('tenants').select();

describe('the one-time set-up link', () => {
  it('creates the first tenant and its Global admin, who can sign in', async () => {
    const { portal, address } = await anEmptyPortal();
    const person = await aPerson(portal, english).visit(address);
    assert.equal(person.status, 200);
    assert.equal(person.headers['referrer-policy'], 'no-referrer');
    assert.match(person.headers['cache-control'] ?? '', /no-store/);
    await person.submit(t('set-up:create'), {
      [t('set-up:tenantName')]: 'Ateliers Lumière',
      [t('set-up:domain')]: ' Ateliers.Example ',
      Language: 'fr',
      [t('set-up:adminName')]: 'Camille Laurent',
      [t('common:terms.username')]: 'Camille@Ateliers.Example',
      [t('common:terms.newPassword')]: chosen,
      [t('common:terms.confirmPassword')]: chosen,
    });
    assert.equal(person.path, '/sign-in');
    person.sees(t('set-up:done'));
    await person.signIn({ username: 'camille@ateliers.example', clearPassword: chosen });
    assert.equal(person.path, '/dashboard');
    assert.equal(person.$('html').attr('lang'), 'fr');
    await person.visit('/my-profile');
    person.sees('Camille Laurent').sees('Ateliers Lumière').sees('Administrateur général');
  });

  it('is invalid after use, even for forms that were already open', async () => {
    const { portal, address } = await anEmptyPortal();
    const [first, second] = [
      await aPerson(portal, english).visit(address),
      await aPerson(portal, english).visit(address),
    ];
    assert.equal((await first.send('POST', address, fields)).status, 303);
    const other = { ...fields, domain: 'other.example', username: 'somebody@other.example' };
    for (const person of [first, second]) {
      assert.equal((await person.send('POST', address, other)).status, 404);
      assert.equal((await person.visit(address)).status, 404);
    }
    assert.equal((await tenantsOf(portal)).length, 1);
    assert.equal(await issueSetupToken(portal.database), null);
  });

  it('creates only one tenant for 50 concurrent requests', async () => {
    const { portal, address } = await anEmptyPortal();
    const person = await aPerson(portal, english).visit(address);
    const forms = Array.from({ length: 50 }, (_, each) => {
      const domain = each % 2 === 0 ? fields.domain : `fixture-${each}.example`;
      return { ...fields, domain, username: `admin-${each}@${domain}` };
    });
    const answers = await Promise.all(forms.map((form) => person.send('POST', address, form)));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 303).length, 1);
    // Other requests get 404 (too late), 422 (domain already taken) or 503 (overloaded).
    assert.ok(
      statuses.every((status) => [303, 404, 422, 503].includes(status)),
      statuses.join(),
    );
    assert.equal((await tenantsOf(portal)).length, 1);
    const users: { username: string }[] = await portal.database.knex('users').select('username');
    assert.deepEqual(
      users.map(({ username }) => username),
      [forms[statuses.indexOf(303)]!.username],
    );
  });

  it('is replaced by a newer one', async () => {
    const { portal, address } = await anEmptyPortal();
    const newer = `/set-up/${String(await issueSetupToken(portal.database))}`;
    const person = await visitor(portal);
    assert.equal((await person.visit(address)).status, 404);
    assert.equal((await person.send('POST', address, fields)).status, 404);
    assert.equal((await person.visit(newer)).status, 200);
  });

  it('cannot be guessed and is stored as a digest', async () => {
    const { portal, address } = await anEmptyPortal();
    const token = address.slice('/set-up/'.length);
    const person = await visitor(portal);
    const swapped = token.replace(/[a-z]/i, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    );
    for (const wrong of [
      `${token}A`,
      token.slice(0, -1),
      swapped,
      'a'.repeat(43),
      '%00',
      '__proto__',
      "'--",
      'x'.repeat(3_000),
    ]) {
      const path = `/set-up/${wrong}`;
      assert.ok([400, 404].includes((await person.visit(path)).status), wrong);
      assert.ok([400, 404].includes((await person.send('POST', path, fields)).status), wrong);
    }
    assert.deepEqual(await tenantsOf(portal), []);
    assert.ok(token.length >= 43);
    assert.ok(!(await databaseContents(portal.database)).includes(token));
    await person.visit(address);
    assert.equal(person.status, 200);
    assert.ok(!portal.logged().includes(token));
  });

  it('does nothing on GET and HEAD requests or without a CSRF token', async () => {
    const { portal, address } = await anEmptyPortal();
    const person = await visitor(portal);
    await person.visit(`${address}?${new URLSearchParams(fields).toString()}`);
    await person.send('HEAD', address);
    assert.equal((await person.send('POST', address, fields, { csrf: null })).status, 403);
    assert.deepEqual(await tenantsOf(portal), []);
    assert.equal((await person.visit(address)).status, 200);
  });
});

describe('an invalid set-up form', async () => {
  const { portal, address } = await anEmptyPortal();

  const wrong: [label: string, changes: Partial<typeof fields>, field: string][] = [
    ['an empty organization name', { tenantName: ' ' }, 'tenantName'],
    ['an invisible organization name', { tenantName: '\u200B\u2060' }, 'tenantName'],
    ['an organization name of 201 characters', { tenantName: 'x'.repeat(201) }, 'tenantName'],
    ['an empty domain', { domain: '' }, 'domain'],
    ['a malformed domain', { domain: 'http://ateliers.example/' }, 'domain'],
    ['a domain with a single label', { domain: 'ateliers', username: 'camille@ateliers' }, 'domain'],
    ['an empty administrator name', { adminName: '' }, 'adminName'],
    ['an invisible administrator name', { adminName: '\u200B\u202E' }, 'adminName'],
    ['an empty user name', { username: '' }, 'username'],
    ['a user name with accents', { username: 'zoé@ateliers.example' }, 'username'],
    ['a user name of another domain', { username: 'camille@other.example' }, 'username'],
    ['a password that is too short', { newPassword: 'short', confirmPassword: 'short' }, 'newPassword'],
    [
      'a password that is easy to guess',
      { newPassword: 'passwordpassword', confirmPassword: 'passwordpassword' },
      'newPassword',
    ],
    [
      "a password that is the organization's name",
      { newPassword: 'Ateliers Lumière', confirmPassword: 'Ateliers Lumière' },
      'newPassword',
    ],
    ['a different confirmation', { confirmPassword: `${chosen}!` }, 'confirmPassword'],
  ];

  for (const [label, changes, field] of wrong) {
    it(`is shown again with a message at the field and all input except the passwords: ${label}`, async () => {
      const person = await aPerson(portal, english).visit(address);
      const form = { ...fields, ...changes };
      const labels = {
        ...{ [t('set-up:tenantName')]: form.tenantName, [t('set-up:domain')]: form.domain, Language: form.language },
        ...{ [t('set-up:adminName')]: form.adminName, [t('common:terms.username')]: form.username },
        ...{
          [t('common:terms.newPassword')]: form.newPassword,
          [t('common:terms.confirmPassword')]: form.confirmPassword,
        },
      };
      await person.submit(t('set-up:create'), labels);
      assert.equal(person.status, 422);
      assert.equal(person.$(`#${field}`).attr('aria-invalid'), 'true');
      assert.equal(person.$('[aria-invalid]').length, 1);
      assert.equal(person.$(`.error-summary a[href="#${field}"]`).length, 1);
      for (const kept of ['tenantName', 'domain', 'adminName', 'username'] as const) {
        assert.equal(person.$(`#${kept}`).attr('value'), form[kept], kept);
      }
      assert.equal(person.$('#language option[selected]').attr('value'), 'fr');
      assert.equal(person.$('input[type=password][value]').length, 0);
      assert.ok(!person.body.includes(chosen));
      assert.deepEqual(await tenantsOf(portal), []);
    });
  }

  it('can be corrected with the same link', async () => {
    const person = await aPerson(portal, english).visit(address);
    assert.equal((await person.send('POST', address, { ...fields, language: 'xx' })).status, 422);
    assert.equal((await person.send('POST', address, fields)).status, 303);
  });
});
