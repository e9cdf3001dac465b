import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languages } from '../locales/catalogue.ts';
import { cleanName } from '../../src/domain/people/user.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const names: [label: string, name: string][] = [
  ['an HTML element', '<img src=x onerror=alert(1)>'],
  ['the end of a double-quoted attribute', '"><svg onload=alert(1)>'],
  ['the end of a single-quoted attribute', "' autofocus onfocus=alert(1) x='"],
  ['the end of the title', '</title><script>alert(1)</script>'],
  ['HTML entities', '&lt;b&gt; &amp;amp; &#x3c;i&#x3e;'],
  ['interpolation syntax', '{{6007*7}} {{name}} {{- tenant}}'],
  ['nested translation syntax', '$t(common:product) $t(name)'],
  ['template syntax', '<%= 6007*7 %> <%- page %> ${6007*7} #{6007*7}'],
  ['format specifiers', '%s %d %n {count, plural, one{x}}'],
  ["the translator's internal placeholders", '\u{E000}0\u{E001} \u{E000}1\u{E001}'],
  ['replacement patterns', '$& $1 $` $$ \\1'],
  ['bidirectional control characters', '\u202Enimda\u202C lanigiro'],
  ['right-to-left letters', 'שלום עולם'],
  ['invisible characters', 'Zo\u200Bé\u2060 Be\u00ADsson'],
  ['emoji', '👩🏽‍🚀 𝒵𝑜é 🇫🇷'],
  ['names of object properties', '__proto__ constructor'],
];

/** Asserts that the name appears literally, and is isolated from the surrounding text wherever it appears. */
function assertShownAsText(person: Person, name: string): void {
  const { $ } = person;
  const holding = $('body, head')
    .find('*')
    .contents()
    .filter((_, node) => 'data' in node && node.data.includes(name));
  assert.ok(holding.length > 0, `${person.path} (${person.status}) does not show ${name}`);
  holding.each((_, node) => {
    const around = $(node).closest('bdi, h1, title');
    assert.ok(around.length === 1, `${person.path}: not isolated in ${$(node).parent().text()}`);
  });
  assert.equal($('img, [onload], [onerror], [onfocus], [autofocus]').length, 0);
  assert.equal($('svg:not(.icon)').length, 0);
  assert.equal($('script:not([nonce])').length, 0);
  assert.ok(!person.text.includes('42049'));
}

describe('a hostile display name', async () => {
  const portal = await openPortal();
  const signedIn = (user: TestUser, language = 'en') => aPerson(portal, { 'Accept-Language': language }).signIn(user);
  const userAddress = ({ id }: TestUser): string => `/account-settings/user-management/${id}`;

  for (const [index, [label, name]] of names.entries()) {
    const language = languages[index % languages.length]!;

    it(`is shown as plain text on every administrator page: ${label} (${language})`, async () => {
      const tenant = await aTenant(portal, { name, language });
      const admin = await aUser(portal, tenant, { displayName: name, administratorLevel: 'global' });
      const zoe = await aUser(portal, tenant, { displayName: name });
      const person = await signedIn(admin, language);
      for (const path of [
        ...['/dashboard', '/account-settings', '/account-settings/user-management', '/my-profile'],
        ...[userAddress(zoe), `${userAddress(zoe)}/reset-password`, `${userAddress(admin)}/reset-password`],
        ...[`/account-settings/user-management?q=${encodeURIComponent(name.slice(0, 100))}`, '/nonsense'],
      ]) {
        assertShownAsText(await person.visit(path), name);
      }
      await person.visit(`${userAddress(zoe)}/reset-password`);
      const reveal = person.$(`form[action$="reset-password"] button`).text().trim();
      const { csrf } = person;
      assertShownAsText(await person.submit(reveal), name);
      const clearPassword = person.$('output#temporary-password').text();
      const stale = await person.send('POST', `${userAddress(zoe)}/reset-password`, { _csrf: csrf, epoch: '0' });
      assert.equal(stale.status, 409);
      assert.match(stale.text, /<bdi>[^<]+<\/bdi>/);
      assertShownAsText(await signedIn({ ...zoe, clearPassword }, language), name);
      assertShownAsText(await person.visit(userAddress(zoe)), name);
    });

    it(`is shown as plain text to users who look for help: ${label} (${language})`, async () => {
      const tenant = await aTenant(portal, { name: 'Ateliers', language });
      await aUser(portal, tenant, { displayName: name, administratorLevel: 'global' });
      const person = await signedIn(await aUser(portal, tenant, { displayName: 'Zoé' }), language);
      for (const path of ['/dashboard', '/account-settings/user-management'])
        assertShownAsText(await person.visit(path), name);
    });
  }

  it('is cleaned of bidirectional and invisible characters', () => {
    assert.equal(cleanName('\u202Enimda\u202C \u2066x\u2069  Zo\u200Bé\uFEFF \u0007'), 'nimda x Zoé');
  });
});
