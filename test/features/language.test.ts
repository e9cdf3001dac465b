import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';

type Code = 'en' | 'fr' | 'de';
const portal = await openPortal();
const german = await openPortal({ environment: { REGION: 'germany' } });
const languageCookie = (language: string) => ({ Cookie: `parvis-worldwide-language=${language}` });

/** @returns a header with the language `first`, and German after more ranges than any browser sends */
const overlong = (first: string): string => `${first}${', ja;q=0.5'.repeat(1_000)}, de;q=0.4`;

/** Asserts that the page is in this language and declares it in its markup and headers. */
function assertLanguage(person: Person, language: Code): void {
  assert.equal(person.$('html').attr('lang'), language, person.path);
  assert.equal(person.$('html').attr('dir'), 'ltr');
  assert.equal(person.headers['content-language'], language);
  assert.match(person.headers.vary ?? '', /Accept-Language/);
  person.sees(translator(language).t('common:skipToContent'));
}

describe('the language of a page', () => {
  const signedOut: [label: string, headers: Readonly<Record<string, string>>, language: Code][] = [
    ["the region's default without a preference", {}, 'en'],
    ["the browser's language", { 'Accept-Language': 'fr' }, 'fr'],
    ["the browser's most preferred language that is offered", { 'Accept-Language': 'pt, de;q=0.4, fr;q=0.8' }, 'fr'],
    ['the base language of a regional variant', { 'Accept-Language': 'de-AT' }, 'de'],
    ["the region's default if no language matches", { 'Accept-Language': 'ja, ko;q=0.5' }, 'en'],
    ["the region's default for a wildcard", { 'Accept-Language': '*' }, 'en'],
    ["the region's default for a malformed header", { 'Accept-Language': '../../etc/passwd, __proto__, ${7*7}' }, 'en'],
    ["the browser's language at the beginning of an overlong header", { 'Accept-Language': overlong('fr') }, 'fr'],
    ["the region's default if only the end of an overlong header matches", { 'Accept-Language': overlong('ja') }, 'en'],
    ["the region's default for a single overlong range", { 'Accept-Language': `de-${'x'.repeat(2_000)}` }, 'en'],
    [
      "the language chosen in this browser, over the browser's own",
      { ...languageCookie('de'), 'Accept-Language': 'fr' },
      'de',
    ],
    [
      "the browser's language if the chosen one is not offered",
      { ...languageCookie('xx'), 'Accept-Language': 'fr' },
      'fr',
    ],
    [
      "the browser's language if the choice is the name of an object property",
      { ...languageCookie('__proto__'), 'Accept-Language': 'fr' },
      'fr',
    ],
    [
      "the browser's language if the choice was made in another region",
      { Cookie: 'parvis-germany-language=de', 'Accept-Language': 'fr' },
      'fr',
    ],
  ];

  for (const [label, headers, language] of signedOut) {
    it(`is ${label} (before sign-in)`, async () => {
      for (const path of ['/sign-in', '/nonsense'])
        assertLanguage(await aPerson(portal, headers).visit(path), language);
    });
  }

  it('is German by default in the Germany region (before sign-in)', async () => {
    assertLanguage(await aPerson(german, {}).visit('/sign-in'), 'de');
    assertLanguage(await aPerson(german, { 'Accept-Language': 'fr' }).visit('/sign-in'), 'fr');
  });

  const signedIn: [label: string, choice: Code | null, user: Code | null, tenant: Code, language: Code][] = [
    ['the language chosen in this browser', 'en', 'de', 'fr', 'en'],
    ["the user's own language if none was chosen in this browser", null, 'de', 'fr', 'de'],
    ["the organization's language if the user has none", null, null, 'fr', 'fr'],
  ];

  for (const [label, choice, user, tenant, language] of signedIn) {
    it(`is ${label}, regardless of the Accept-Language header (after sign-in)`, async () => {
      const asked = { 'Accept-Language': language === 'en' ? 'fr' : 'en' };
      const zoe = await aUser(portal, await aTenant(portal, { language: tenant }), { language: user });
      const person = await aPerson(portal, { ...asked, ...(choice && languageCookie(choice)) }).signIn(zoe);
      for (const path of ['/dashboard', '/my-profile', '/nonsense', '/account-settings', '/language']) {
        assertLanguage(await person.visit(path), language);
      }
      const stale = await person.send('POST', '/my-profile/password', {}, { csrf: null });
      assert.equal(stale.headers['content-language'], language);
    });
  }
});

describe('choosing a language', () => {
  it('applies to this browser before sign-in and returns to the same page', async () => {
    const person = await aPerson(portal, { 'Accept-Language': 'fr' }).visit('/sign-in?from=mail');
    await person.submit('Deutsch');
    assert.equal(person.path, '/sign-in?from=mail');
    assertLanguage(person, 'de');
    assert.equal(person.$('button[aria-current=true][lang]').attr('lang'), 'de');
    assertLanguage(await person.visit('/nonsense'), 'de');
  });

  it('applies to the user in every browser after sign-in', async () => {
    const tenant = await aTenant(portal, { language: 'fr' });
    const [zoe, neighbour] = [await aUser(portal, tenant), await aUser(portal, tenant)];
    const person = await aPerson(portal).signIn(zoe);
    await person.visit('/my-profile');
    await person.submit('Enregistrer', { Langue: 'de' });
    assert.equal(person.path, '/my-profile');
    assertLanguage(person, 'de');
    assertLanguage(await aPerson(portal).signIn(zoe), 'de');
    assertLanguage(await aPerson(portal).signIn(neighbour), 'fr');
  });

  it('rejects a language that is not offered and changes nothing', async () => {
    const zoe = await aUser(portal, await aTenant(portal, { language: 'fr' }), { language: 'fr' });
    const person = await aPerson(portal).signIn(zoe);
    for (const language of ['', 'xx', 'EN', 'en ', '__proto__', 'en,fr', '../en', 'toString']) {
      const answer = await person.send('POST', '/language', { language });
      assert.equal(answer.status, 400, language);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    assert.equal((await person.send('POST', '/language', { language: 'de' }, { csrf: null })).status, 403);
    assertLanguage(await person.visit('/dashboard'), 'fr');
  });

  for (const [label, returnTo, to] of [
    ['a path of the portal', '/my-profile', '/my-profile'],
    [
      'a path with a query',
      '/account-settings/user-management?q=a%26b&sort=-name',
      '/account-settings/user-management?q=a%26b&sort=-name',
    ],
    ['an empty value', '', '/'],
    ['an absolute URL of another host', 'https://evil.example/', '/'],
    ['an absolute URL of the portal', 'http://localhost:3000/my-profile', '/'],
    ['two slashes', '//evil.example/', '/'],
    ['three slashes', '///evil.example/', '/'],
    ['a backslash', '/\\evil.example/', '/'],
    ['two backslashes', '\\\\evil.example/', '/'],
    ['a tab between slashes', '/\t/evil.example/', '/'],
    ['a line break between slashes', '/\r\n/evil.example/', '/'],
    ['a dot between slashes', '/.//evil.example/', '/'],
    ['two dots between slashes', '/..//evil.example/', '/'],
    ['encoded dots between slashes', '/%2e%2e//evil.example/', '/'],
    ['dot segments before two slashes', '/a/../..//evil.example/', '/'],
    ['backslashes after dot segments', '/a\\..\\..\\\\evil.example', '/'],
    ['a javascript: URL', 'javascript:alert(1)', '/'],
    ['a data: URL', 'data:text/html,x', '/'],
    ['a user info part', '/@evil.example', '/@evil.example'],
    ['a path without a leading slash', 'evil.example', '/'],
    ['a header injection', '/x\r\nSet-Cookie: a=b', '/xSet-Cookie:%20a=b'],
    ['an overlong path', `/${'x'.repeat(3_000)}`, '/'],
  ] as const) {
    it(`redirects only within the portal: ${label}`, async () => {
      const person = await aPerson(portal).visit('/sign-in');
      for (const [path, field] of [
        ['/language', { language: 'de' }],
        ['/theme', { theme: 'dark' }],
      ] as const) {
        const answer = await person.send('POST', path, { ...field, returnTo });
        assert.deepEqual([answer.status, answer.headers.location], [303, to]);
        assert.equal([answer.headers['set-cookie']].flat().length, 1);
      }
    });
  }
});
