import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';

type Code = 'en' | 'fr' | 'de';
const portal = await openPortal();
const german = await openPortal({ environment: { REGION: 'germany' } });
const chosen = (language: string) => ({ Cookie: `parvis-worldwide-language=${language}` });

/** Fails unless the page is in this language, and says so to whoever reads its head. */
function speaks(person: Person, language: Code): void {
  assert.equal(person.$('html').attr('lang'), language, person.path);
  assert.equal(person.$('html').attr('dir'), 'ltr');
  assert.equal(person.headers['content-language'], language);
  assert.match(person.headers.vary ?? '', /Accept-Language/);
  person.sees(translator(language).t('common:skipToContent'));
}

describe('the language of a page', () => {
  const signedOut: [label: string, headers: Readonly<Record<string, string>>, language: Code][] = [
    ['the region’s, where nothing is asked for', {}, 'en'],
    ['what the browser asks for', { 'Accept-Language': 'fr' }, 'fr'],
    ['what the browser likes best of what there is', { 'Accept-Language': 'pt, de;q=0.4, fr;q=0.8' }, 'fr'],
    ['a variety of a language', { 'Accept-Language': 'de-AT' }, 'de'],
    ['the region’s, where no language fits', { 'Accept-Language': 'ja, ko;q=0.5' }, 'en'],
    ['the region’s, where everything fits', { 'Accept-Language': '*' }, 'en'],
    ['the region’s, for what is no language', { 'Accept-Language': '../../etc/passwd, __proto__, ${7*7}' }, 'en'],
    ['the choice made here, before what the browser asks for', { ...chosen('de'), 'Accept-Language': 'fr' }, 'de'],
    ['not a choice that there is not', { ...chosen('xx'), 'Accept-Language': 'fr' }, 'fr'],
    ['not a choice made of something else', { ...chosen('__proto__'), 'Accept-Language': 'fr' }, 'fr'],
    ['not another region’s choice', { Cookie: 'parvis-germany-language=de', 'Accept-Language': 'fr' }, 'fr'],
  ];

  for (const [label, headers, language] of signedOut) {
    it(`is, before the sign-in, ${label}`, async () => {
      for (const path of ['/sign-in', '/nonsense']) speaks(await aPerson(portal, headers).visit(path), language);
    });
  }

  it('is the region’s own in another region', async () => {
    speaks(await aPerson(german, {}).visit('/sign-in'), 'de');
    speaks(await aPerson(german, { 'Accept-Language': 'fr' }).visit('/sign-in'), 'fr');
  });

  const signedIn: [label: string, choice: Code | null, user: Code | null, tenant: Code, language: Code][] = [
    ['the choice made here', 'en', 'de', 'fr', 'en'],
    ['else the user’s own', null, 'de', 'fr', 'de'],
    ['else the company’s', null, null, 'fr', 'fr'],
  ];

  for (const [label, choice, user, tenant, language] of signedIn) {
    it(`is, after the sign-in, ${label}, whatever the browser asks for`, async () => {
      const asked = { 'Accept-Language': language === 'en' ? 'fr' : 'en' };
      const zoe = await aUser(portal, await aTenant(portal, { language: tenant }), { language: user });
      const person = await aPerson(portal, { ...asked, ...(choice && chosen(choice)) }).signIn(zoe);
      for (const path of ['/dashboard', '/my-profile', '/nonsense', '/account-settings', '/language']) {
        speaks(await person.visit(path), language);
      }
      const stale = await person.send('POST', '/my-profile/password', {}, { csrf: null });
      assert.equal(stale.headers['content-language'], language);
    });
  }
});

describe('choosing a language', () => {
  it('holds in this browser before the sign-in, on the same page', async () => {
    const person = await aPerson(portal, { 'Accept-Language': 'fr' }).visit('/sign-in?from=mail');
    await person.submit('Deutsch');
    assert.equal(person.path, '/sign-in?from=mail');
    speaks(person, 'de');
    assert.equal(person.$('button[aria-current=true][lang]').attr('lang'), 'de');
    speaks(await person.visit('/nonsense'), 'de');
  });

  it('holds for the user in every browser after the sign-in', async () => {
    const tenant = await aTenant(portal, { language: 'fr' });
    const [zoe, neighbour] = [await aUser(portal, tenant), await aUser(portal, tenant)];
    const person = await aPerson(portal).signIn(zoe);
    await person.visit('/my-profile');
    await person.submit('Enregistrer', { Langue: 'de' });
    assert.equal(person.path, '/my-profile');
    speaks(person, 'de');
    speaks(await aPerson(portal).signIn(zoe), 'de');
    speaks(await aPerson(portal).signIn(neighbour), 'fr');
  });

  it('is refused where there is no such language, and changes nothing', async () => {
    const zoe = await aUser(portal, await aTenant(portal, { language: 'fr' }), { language: 'fr' });
    const person = await aPerson(portal).signIn(zoe);
    for (const language of ['', 'xx', 'EN', 'en ', '__proto__', 'en,fr', '../en', 'toString']) {
      const answer = await person.send('POST', '/language', { language });
      assert.equal(answer.status, 400, language);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    assert.equal((await person.send('POST', '/language', { language: 'de' }, { csrf: null })).status, 403);
    speaks(await person.visit('/dashboard'), 'fr');
  });

  for (const [label, returnTo, to] of [
    ['an address of its own', '/my-profile', '/my-profile'],
    [
      'one with a question',
      '/account-settings/user-management?q=a%26b&sort=-name',
      '/account-settings/user-management?q=a%26b&sort=-name',
    ],
    ['nothing', '', '/'],
    ['a whole address', 'https://evil.example/', '/'],
    ['a whole address of its own', 'http://localhost:3000/my-profile', '/'],
    ['two slashes', '//evil.example/', '/'],
    ['three slashes', '///evil.example/', '/'],
    ['a backslash', '/\\evil.example/', '/'],
    ['two backslashes', '\\\\evil.example/', '/'],
    ['a tab between slashes', '/\t/evil.example/', '/'],
    ['a line between slashes', '/\r\n/evil.example/', '/'],
    ['a dot between slashes', '/.//evil.example/', '/'],
    ['two dots between slashes', '/..//evil.example/', '/'],
    ['encoded dots between slashes', '/%2e%2e//evil.example/', '/'],
    ['a way up to two slashes', '/a/../..//evil.example/', '/'],
    ['backslashes behind dots', '/a\\..\\..\\\\evil.example', '/'],
    ['a script', 'javascript:alert(1)', '/'],
    ['data', 'data:text/html,x', '/'],
    ['a name before its host', '/@evil.example', '/@evil.example'],
    ['no slash', 'evil.example', '/'],
    ['a header within', '/x\r\nSet-Cookie: a=b', '/xSet-Cookie:%20a=b'],
    ['a very long one', `/${'x'.repeat(3_000)}`, '/'],
  ] as const) {
    it(`leads back to this portal and nowhere else: ${label}`, async () => {
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
